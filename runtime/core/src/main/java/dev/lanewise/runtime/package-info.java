/**
 * Loads compiled models and runs them: this is the package that applications call.
 *
 * <p>A {@code Model} is immutable and shared by all threads. A {@code Session} belongs to one thread:
 * it holds the arena, laid out by the compiler, and a prepared array of steps, so that a run is a loop
 * over that array. A {@code State} is what survives between calls (recurrent state, caches,
 * convolution history): a plain value of a few kilobytes, with no handle to leak and nothing to close,
 * so that one session serves thousands of streams.
 *
 * <p>Once warm, a run allocates nothing. Tensor handles are views of plain arrays. Results are the same
 * bits on every machine, at every vector width, with any number of threads, and with scalar kernels:
 * each output element accumulates in one fixed order by fused multiply-add.
 *
 * <p>This module holds the scalar kernels. The vector kernels are other modules, found through
 * {@link java.util.ServiceLoader} and chosen where they are fast; which are active, and why, is logged
 * once through {@code java.util.logging}. Nothing here is newer than Android API level 33: the build
 * checks it.
 */
package dev.lanewise.runtime;
