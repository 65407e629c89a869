/** Small programs as a user would write them, started to see how soon they answer. */
package dev.lanewise.bench.start;
