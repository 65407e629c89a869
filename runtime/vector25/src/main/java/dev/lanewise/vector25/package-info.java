/**
 * The load-bound kernels once more, over 64-byte aligned weights off the heap, which need {@code
 * java.lang.foreign} and so Java 25: matrix times vector, and the products inside recurrent cells that
 * advance one stream. There each weight is used once for each load, and a load that crosses a cache
 * line, as every 512-bit load from an array does, costs two.
 *
 * <p>Steps say when they pack how many rows there can ever be ({@link
 * dev.lanewise.runtime.kernel.MatmulKernels#pack}). For one, the weights go to native memory and nowhere
 * else; for more they stay on the heap with the kernels of {@code dev.lanewise.vector}, which also do
 * everything else. Results have the same bits.
 *
 * <p>Users add this artifact beside {@code lanewise-vector}, with the same JVM option. On Java 25 and
 * newer its kernels are preferred; on an older one it is passed over. There is nothing to close: native
 * weights are freed with the model. They are counted by {@code -XX:MaxDirectMemorySize}, and stay on the
 * heap where that has no room for them. What it gains, measured:
 * {@code docs/decisions/0003-aligned-weights-on-java-25.md}.
 */
package dev.lanewise.vector25;
