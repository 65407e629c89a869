/**
 * The load-bound kernels once more, over 64-byte aligned off-heap weights, for Java 25 and newer.
 *
 * <p>Matrix-vector products, recurrent cells and small matrix products spend their time on reading
 * weights, and an aligned load from cache is 1.3 to 1.7 times as fast as one that straddles cache
 * lines. Arrays cannot be aligned to 64 bytes; a native segment can. That needs
 * {@code java.lang.foreign}, and so this module is compiled for Java 25 and preferred there, while
 * {@code dev.lanewise.vector} serves everything else on every release.
 *
 * <p>Each model owns one native block, freed when the model is closed or collected.
 */
package dev.lanewise.vector25;
