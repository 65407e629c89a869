/** The runtimes that are measured, each at its best documented settings for one thread. */
package dev.lanewise.bench.subject;
