/**
 * Kernels on the incubating Vector API, over plain arrays, for Java 17 and newer.
 *
 * <p>Each class is the vector twin of a scalar class in the runtime and computes the same bits. Output
 * elements live in lanes: each accumulates in a lane of its own, in one fixed order, so that the width
 * of the machine's vectors does not show in the results. Where a reduction must run across lanes, it
 * follows a fixed tree of 16 virtual lanes at every width.
 *
 * <p>Users add this artifact and the JVM option {@code --add-modules jdk.incubator.vector}; a module that
 * requires {@code dev.lanewise.vector} needs no option. One set of class files serves Java 17 and all
 * later releases. With {@code dev.lanewise.vector25} this is the only code that imports
 * {@code jdk.incubator.vector}: a test enforces it.
 */
package dev.lanewise.vector;
