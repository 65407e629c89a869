package dev.lanewise.vector25;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.MatmulKernels.PackedMatrix;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarMap;
import dev.lanewise.runtime.scalar.ScalarMatmul;
import dev.lanewise.vector.VectorMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Products: the scalar kernels' bits, and nothing else is written, with native weights, also with more
 * rows than they were packed for, and with weights on the heap.
 */
class AlignedMatmulTest {

    private static final int[] ROWS = {1, 2, 5, 13};
    private static final Epilogue RELU = Epilogue.of(UnaryFn.RELU, 0f, 0f);
    private static final Epilogue CLIP = Epilogue.of(UnaryFn.CLIP, -0.5f, 0.5f);
    private static final Epilogue TANH = Epilogue.of(UnaryFn.TANH, 0f, 0f);

    private final MatmulKernels scalar = new ScalarMatmul(new ScalarMap());
    private final MatmulKernels aligned = new AlignedMatmul(new VectorMap());

    @Test
    void everyWidth() {
        for (int n : Twins.SIZES) {
            for (int m : ROWS) {
                packed(m, n, 19, true, false, Epilogue.NONE);
            }
        }
    }

    @Test
    void everyDepth() {
        for (int k : Twins.SIZES) {
            for (int m : ROWS) {
                packed(m, 70, k, false, false, Epilogue.NONE);
            }
        }
    }

    @Test
    void blocksOfDepthAndWidth() {
        for (int m : new int[] {1, 4, 13}) {
            packed(m, 1037, 515, true, false, RELU);
            packed(m, 512, 768, false, false, CLIP);
        }
    }

    @Test
    void epilogues() {
        for (Epilogue epilogue : new Epilogue[] {RELU, CLIP, TANH}) {
            for (int m : new int[] {1, 2, 8, 12, 15}) {
                packed(m, 45, 33, true, false, epilogue);
                packed(m, 64, 300, true, false, epilogue);
            }
        }
    }

    @Test
    void specialValues() {
        for (int m : new int[] {1, 3, 8, 12, 20}) {
            packed(m, 71, 40, true, true, Epilogue.NONE);
            packed(m, 64, 270, true, true, RELU);
        }
    }

    @Test
    void nothingToSumGivesTheBias() {
        packed(1, 20, 0, true, false, Epilogue.NONE);
        packed(13, 20, 0, true, false, Epilogue.NONE);
    }

    @Test
    void dynamicRightHandSides() {
        for (int n : Twins.SIZES) {
            for (int m : new int[] {1, 2, 5, 12, 13}) {
                dynamic(m, n, 21, false);
                dynamic(m, n, 21, true);
            }
        }
        for (int k : Twins.SIZES) {
            for (int m : new int[] {1, 3, 12}) {
                dynamic(m, 37, k, false);
                dynamic(m, 37, k, true);
            }
        }
    }

    @Test
    void rowsAndColumnsPackAlike() {
        int k = 9;
        int n = 75;
        float[] b = Twins.values(1, k * n);
        float[] transposed = new float[k * n];
        for (int i = 0; i < k * n; i++) {
            transposed[i % n * k + i / n] = b[i];
        }
        float[] a = Twins.values(2, k);
        float[] expected = new float[n];
        float[] found = new float[n];
        float[] scratch = new float[Kernels.SCRATCH_FLOATS];
        PackedMatrix rows = aligned.pack(b, 0, k, n, n, 1, 1);
        PackedMatrix columns = aligned.pack(transposed, 0, k, n, 1, k, 1);
        aligned.matmul(1, a, 0, k, rows, null, 0, Epilogue.NONE, expected, 0, n, scratch);
        aligned.matmul(1, a, 0, k, columns, null, 0, Epilogue.NONE, found, 0, n, scratch);
        Twins.assertSameBits("transposed", expected, found);
        assertEquals(aligned.pack(b, 0, k, n, n, 1, 2).bytes(), rows.bytes());
        assertTrue(rows.bytes() >= 4L * k * n);
        assertEquals(k, rows.k());
        assertEquals(n, rows.n());
    }

    @Test
    void manyThreadsShareAPackedMatrix() throws Exception {
        int k = 77;
        int n = 301;
        int count = 32;
        PackedMatrix b = aligned.pack(Twins.values(1, k * n), 0, k, n, n, 1, 1);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            CountDownLatch all = new CountDownLatch(count);
            List<Future<float[]>> results = new ArrayList<>();
            for (int t = 0; t < count; t++) {
                float[] a = Twins.values(100 + t, k);
                results.add(threads.submit(() -> {
                    float[] c = new float[n];
                    float[] scratch = new float[Kernels.SCRATCH_FLOATS];
                    all.countDown();
                    all.await();
                    for (int i = 0; i < 300; i++) {
                        aligned.matmul(1, a, 0, k, b, null, 0, RELU, c, 0, n, scratch);
                    }
                    return c;
                }));
            }
            float[] expected = new float[n];
            float[] scratch = new float[Kernels.SCRATCH_FLOATS];
            for (int t = 0; t < count; t++) {
                aligned.matmul(
                        1, Twins.values(100 + t, k), 0, k, b, null, 0, RELU, expected, 0, n, scratch);
                Twins.assertSameBits("thread " + t, expected, results.get(t).get());
            }
        }
    }

    private void packed(int m, int n, int k, boolean bias, boolean special, Epilogue epilogue) {
        String what = m + "x" + n + "x" + k + " " + epilogue.fn();
        int lda = k + 3;
        int ldc = n + 5;
        float[] a = special ? Twins.specials(1, 2 + m * lda) : Twins.values(1, 2 + m * lda);
        float[] b = special ? Twins.specials(2, 3 + k * n) : Twins.values(2, 3 + k * n);
        float[] biases = bias ? Twins.values(3, 4 + n) : null;
        float[] before = Twins.values(4, 11 + m * ldc + 20);
        float[] expected = before.clone();
        // b is given transposed, as [n, k]
        scalar.matmul(
                m, a, 2, lda, scalar.pack(b, 3, k, n, 1, k, m), biases, 4, epilogue,
                expected, 11, ldc, new float[Kernels.SCRATCH_FLOATS]);
        for (int mostRows : new int[] {0, 1, Math.max(2, m), Integer.MAX_VALUE}) {
            float[] found = before.clone();
            PackedMatrix weights = aligned.pack(b, 3, k, n, 1, k, mostRows);
            aligned.matmul(
                    m, a, 2, lda, weights, biases, 4, epilogue, found, 11, ldc,
                    Twins.values(5, Kernels.SCRATCH_FLOATS));
            String form = what + " packed for " + mostRows + " rows";
            Twins.assertSameBits(form, expected, found);
            Twins.assertOnly(form, before, found, 11, m, n, ldc);
            if (m == 1) {
                found = before.clone();
                aligned.row(
                        a, 2, weights, biases, 4, epilogue, found, 11, true, Twins.values(5, Kernels.SCRATCH_FLOATS));
                Twins.assertSameBits(form + ", backwards", expected, found);
            }
        }
    }

    private void dynamic(int m, int n, int k, boolean transposed) {
        String what = m + "x" + n + "x" + k + (transposed ? " transposed" : "");
        int lda = k + 1;
        int ldb = (transposed ? k : n) + 2;
        int ldc = n + 3;
        float[] a = Twins.values(1, 2 + m * lda);
        float[] b = Twins.values(2, 3 + (transposed ? n : k) * ldb);
        float[] before = Twins.values(4, 7 + m * ldc + 20);
        float[] expected = before.clone();
        float[] found = before.clone();
        int panels = MatmulKernels.panelFloats(n, k);
        scalar.matmulDynamic(
                m, n, k, a, 2, lda, false, b, 3, ldb, transposed, expected, 7, ldc, new float[panels + 9],
                9, new float[Kernels.SCRATCH_FLOATS]);
        aligned.matmulDynamic(
                m, n, k, a, 2, lda, false, b, 3, ldb, transposed, found, 7, ldc, new float[panels + 9], 9,
                Twins.values(5, Kernels.SCRATCH_FLOATS));
        Twins.assertSameBits(what, expected, found);
        Twins.assertOnly(what, before, found, 7, m, n, ldc);
    }
}
