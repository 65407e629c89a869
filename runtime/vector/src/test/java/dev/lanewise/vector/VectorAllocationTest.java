package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.lang.management.ManagementFactory;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/**
 * Kernels allocate nothing once they are compiled. Until then the Vector API boxes: each kernel runs
 * until ten rounds in a row allocate nothing, and fails where that does not come about in time.
 */
class VectorAllocationTest {

    private static final int CALLS = 200;
    private static final int CLEAN_ROUNDS = 10;
    private static final long LONGEST_NANOS = 30_000_000_000L;

    /** Whole vectors and a rest at every width. */
    private static final int N = 117;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final float[] x = Twins.values(1, 4 * N);
    private final float[] y = new float[4 * N];
    private float sink;

    private void assertClean(String what, Runnable kernel) {
        long begin = System.nanoTime();
        int clean = 0;
        long bytes = 0;
        while (clean < CLEAN_ROUNDS) {
            assertTrue(System.nanoTime() - begin < LONGEST_NANOS, what + " allocates " + bytes);
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                kernel.run();
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
            clean = bytes == 0 ? clean + 1 : 0;
        }
    }

    @Test
    void maps() {
        MapKernels map = new VectorMap();
        for (UnaryFn fn : EnumSet.range(UnaryFn.ABS, UnaryFn.SCALED_TANH)) {
            assertClean(fn.name(), () -> map.unary(fn, 0.5f, 2f, x, 3, y, 5, N));
        }
        x[9] = 1e9f; // takes sine's other way
        assertClean("SIN", () -> map.unary(UnaryFn.SIN, 0f, 0f, x, 3, y, 5, N));
        for (BinaryFn fn : EnumSet.range(BinaryFn.ADD, BinaryFn.PRELU)) {
            assertClean(fn.name(), () -> map.binary(fn, x, 3, x, 130, y, 5, N));
            assertClean(fn.name(), () -> map.binaryRight(fn, x, 3, 1.5f, y, 5, N));
            assertClean(fn.name(), () -> map.binaryLeft(fn, 1.5f, x, 3, y, 5, N));
        }
    }

    @Test
    void rows() {
        VectorReduce reduce = new VectorReduce();
        for (ReduceFn fn : ReduceFn.values()) {
            assertClean(fn + " of a row", () -> sink += reduce.row(fn, x, 3, N));
            assertClean(fn + " of columns", () -> reduce.columns(fn, x, 3, 3, N, N, y, 5));
        }
        NormKernels norm = new VectorNorm();
        assertClean("softmax", () -> norm.softmax(x, 3, y, 5, 3, N));
        assertClean("log softmax", () -> norm.logSoftmax(x, 3, y, 5, 3, N));
        assertClean("layer norm", () ->
                norm.layerNorm(x, 3, x, 0, x, 0, 1e-5f, y, 5, 3, N, null, 0, 0));
        assertClean("RMS norm", () -> norm.rmsNorm(x, 3, x, 0, 1e-5f, y, 5, 3, N));
    }

    @Test
    void attention() {
        AttentionKernels kernels = new VectorAttention();
        for (int dim : new int[] {20, 32, 64}) {
            for (int queries : new int[] {1, 7}) {
                AttentionShape shape = new AttentionShape(dim, dim, 0.2f, 0f);
                int keys = 70;
                float[] k = Twins.values(2, keys * dim);
                float[] out = new float[queries * dim];
                float[] scratch = new float[AttentionKernels.scratchFloats(shape, queries)];
                assertClean("attention " + dim, () -> kernels.attend(
                        shape, queries, keys, k, 0, dim, k, 0, dim, k, 0, dim,
                        null, 0, 0, keys - queries, out, 0, dim, scratch, 0));
            }
        }
    }
}
