/**
 * Small programs to copy from, each one complete and about one thing.
 *
 * <p>A sample depends on what an application would depend on: the runtime, the vector kernels, and the
 * compiler where a model is compiled on the spot. Each has a test that runs it, so that none of them
 * rots.
 */
package dev.lanewise.samples;
