/**
 * Assertions for users' own tests: what Lanewise promises, a user can hold it to.
 *
 * <p>Three promises have an assertion each. A run allocates no memory once warm: counted per thread by
 * the JVM. A model gives the results that were recorded when it was compiled: its golden vectors are
 * replayed. Scalar and vector kernels give the same bits: both run side by side and are compared.
 *
 * <p>The assertions throw {@link java.lang.AssertionError} and depend on no test framework.
 */
package dev.lanewise.testing;
