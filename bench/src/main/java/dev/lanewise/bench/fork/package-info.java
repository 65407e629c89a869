/** Measuring in processes of their own: one row, all runtimes in turn; and the limits of the machine. */
package dev.lanewise.bench.fork;
