/** Small programs as a user would write them, started to see how soon they answer. Nothing else is on their class path. */
package dev.lanewise.bench.start;
