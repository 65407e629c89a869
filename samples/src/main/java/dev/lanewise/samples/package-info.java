/**
 * Small programs to copy from, each one complete and about one thing.
 *
 * <p>A sample depends on what an application would depend on: the runtime, the vector kernels, and the
 * compiler where a model is compiled on the spot. Each has a test that runs it, so that none of them
 * rots.
 *
 * <p>Here is what they share: how they are run, trained and used. Below are {@code data}, which reads and makes
 * what they learn from, and {@code page}, which draws; beside it {@code evaluate}, which asks trained models what
 * they can do. Each sample lies in a package of its own above these, its network, its training and its figures in
 * fewer than 150 lines; above all is {@code cli}, which lists them.
 */
package dev.lanewise.samples;
