/** Praise or not: six networks that make one label of a sentence, and where they look. */
package dev.lanewise.samples.sentiment;
