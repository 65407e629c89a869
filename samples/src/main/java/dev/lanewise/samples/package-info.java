/**
 * Small programs to copy from, each one complete and about one thing.
 *
 * <p>A sample depends on what an application would depend on: the runtime, the vector kernels, and the
 * compiler where a model is compiled on the spot. Each has a test that runs it, so that none of them
 * rots.
 *
 * <p>Here is what they share; each lies in a package of its own, above this one. Below are {@code data}
 * and {@code page}, above all {@code cli}, which lists them.
 */
package dev.lanewise.samples;
