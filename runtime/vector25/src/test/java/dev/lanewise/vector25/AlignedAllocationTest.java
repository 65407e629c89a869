package dev.lanewise.vector25;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellKernels.PackedCell;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.MatmulKernels.PackedMatrix;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.vector.VectorMap;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Hot products and cells over native weights allocate nothing, on the heap or off it. */
class AlignedAllocationTest {

    private static final int COUNTED = 200;
    private static final long LONGEST_NANOS = 20_000_000_000L;
    private static final int MANY = Integer.MAX_VALUE;

    private final float[] scratch = new float[Kernels.SCRATCH_FLOATS];

    @Test
    void products() {
        MatmulKernels kernels = new AlignedMatmul(new VectorMap());
        int k = 40;
        Epilogue relu = Epilogue.of(UnaryFn.RELU, 0f, 0f);
        for (int n : new int[] {1, 33, 150, 256}) {
            PackedMatrix b = kernels.pack(Twins.values(1, k * n), 0, k, n, n, 1, 1);
            float[] a = Twins.values(2, k);
            float[] c = new float[n];
            assertNothing(
                    "n = " + n, () -> kernels.matmul(1, a, 0, k, b, null, 0, relu, c, 0, n, scratch));
            assertNothing(
                    "with a bias, n = " + n,
                    () -> kernels.matmul(1, a, 0, k, b, c, 0, relu, c, 0, n, scratch));
        }
    }

    @Test
    void cells() {
        CellKernels kernels = new AlignedCells(new VectorMap());
        int size = 37;
        float[] w = Twins.values(1, 4 * size * size);
        float[] h = Twins.values(2, 16 * size);
        float[] c = Twins.values(3, 16 * size);
        float[] out = new float[16 * size];
        for (int mostRows : new int[] {1, MANY}) {
            PackedCell lstm = kernels.packLstm(size, size, w, 0, w, 0, null, 0, mostRows, 1);
            PackedCell gru = kernels.packGru(size, size, false, w, 0, w, 0, null, 0, mostRows, 1);
            PackedCell linear = kernels.packGru(size, size, true, w, 0, w, 0, null, 0, mostRows, 1);
            PackedCell rnn =
                    kernels.packRnn(size, size, UnaryFn.TANH, w, 0, w, 0, null, 0, mostRows, 1);
            int stride = lstm.preFloats();
            float[] pre = new float[8 * stride];
            for (int rows : new int[] {1, 5}) {
                assertNothing(
                        "project", () -> kernels.project(lstm, rows, h, 0, size, pre, 0, scratch));
            }
            assertNothing(
                    "lstm",
                    () -> kernels.lstm(
                            lstm, 1, h, 0, size, pre, 0, stride, h, 0, size, c, 0, size, out, 0, size, c, 0, size,
                            false, scratch));
            for (PackedCell cell : new PackedCell[] {gru, linear}) {
                assertNothing(
                        "gru",
                        () -> kernels.gru(
                                cell, 1, h, 0, size, pre, 0, stride, h, 0, size, out, 0, size, false, scratch));
            }
            assertNothing(
                    "rnn",
                    () -> kernels.rnn(
                            rnn, 1, h, 0, size, pre, 0, stride, h, 0, size, out, 0, size, false, scratch));
        }
    }

    /** Warm-up ends when C2 is done, which no one announces: the first quiet batch is enough. */
    private static void assertNothing(String what, Runnable kernel) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = -1;
        long begin = System.nanoTime();
        while (bytes != 0 && System.nanoTime() - begin < LONGEST_NANOS) {
            for (int i = 0; i < 2000; i++) {
                kernel.run();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < COUNTED; i++) {
                kernel.run();
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, bytes, what + ": bytes in " + COUNTED + " calls");
    }
}
