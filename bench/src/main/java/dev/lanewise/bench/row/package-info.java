/** The rows of the benchmark: what is computed, on which inputs, and how far ahead Lanewise has to be. */
package dev.lanewise.bench.row;
