/** What trained models are asked: how often they are right, where they look, how far they see, how long they take. */
package dev.lanewise.samples.evaluate;
