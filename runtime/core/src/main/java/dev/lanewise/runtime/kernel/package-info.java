/**
 * The interfaces between steps and the code that computes: kernel families and their provider.
 *
 * <p>A family, such as the matrix products or the recurrent cells, is one interface. Each of its methods
 * has a scalar twin in this module and a vector twin in another, with names that mirror each other
 * ({@code MatmulKernels}, {@code ScalarMatmul}, {@code VectorMatmul}). Both twins compute the same bits,
 * so that a session may start on scalar kernels and change to vector kernels when those are hot.
 *
 * <p>A provider is found through {@link java.util.ServiceLoader}. It may be missing, it may fail to link
 * because the incubator module was not added to the JVM, and it may belong to a newer Java: all of that
 * leads to the scalar kernels and one log line that says what to change. Where kernels were asked for by
 * name and cannot be had, that is an error.
 */
package dev.lanewise.runtime.kernel;
