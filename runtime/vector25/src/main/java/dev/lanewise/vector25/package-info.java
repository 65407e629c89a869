/**
 * The place for kernels over 64-byte aligned off-heap weights, which need {@code java.lang.foreign} and
 * so Java 25. It holds none: measured, they gain a third where weights come from the first cache and a
 * few percent elsewhere, less than they cost. The numbers, and when to look again, are in {@code
 * docs/decisions/0003-aligned-weights-on-java-25.md}; {@code dev.lanewise.vector} serves every release.
 */
package dev.lanewise.vector25;
