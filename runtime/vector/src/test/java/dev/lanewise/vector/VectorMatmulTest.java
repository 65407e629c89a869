package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarMap;
import dev.lanewise.runtime.scalar.ScalarMatmul;
import org.junit.jupiter.api.Test;

/** Products: the vector kernels give the scalar kernels' bits, and write nothing else. */
class VectorMatmulTest {

    private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 25, 32,
    40};
    private static final Epilogue RELU = Epilogue.of(UnaryFn.RELU, 0f, 0f);
    private static final Epilogue CLIP = Epilogue.of(UnaryFn.CLIP, -0.5f, 0.5f);
    private static final Epilogue TANH = Epilogue.of(UnaryFn.TANH, 0f, 0f);

    private final MatmulKernels scalar = new ScalarMatmul(new ScalarMap());
    private final MatmulKernels vector = new VectorMatmul(new VectorMap());

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
        for (int m : new int[] {128, 129, 265}) { // blocks of rows, also of one
            packed(m, 530, 300, true, false, RELU);
            packed(m, 40, 520, false, false, CLIP);
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
        for (boolean transA : new boolean[] {false, true}) {
            for (int n : Twins.SIZES) {
                for (int m : new int[] {1, 2, 5, 12, 13}) {
                    dynamic(m, n, 21, transA, false);
                    dynamic(m, n, 21, transA, true);
                }
            }
            for (int k : Twins.SIZES) {
                for (int m : new int[] {1, 3, 12, 27}) {
                    dynamic(m, 37, k, transA, false);
                    dynamic(m, 37, k, transA, true);
                }
            }
            dynamic(265, 530, 300, transA, false);
        }
    }

    @Test
    void panelsOfTheRun() {
        for (boolean transA : new boolean[] {false, true}) {
            for (int m : ROWS) {
                panels(m, 37, 21, transA);
                panels(m, 96, 300, transA);
                panels(m, 5, 1, transA);
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
        float[] found = before.clone();
        // b is given transposed, as [n, k]
        scalar.matmul(
                m, a, 2, lda, scalar.pack(b, 3, k, n, 1, k, m), biases, 4, epilogue, expected, 11, ldc,
                new float[Kernels.SCRATCH_FLOATS]);
        MatmulKernels.PackedMatrix weights = vector.pack(b, 3, k, n, 1, k, m);
        vector.matmul(
                m, a, 2, lda, weights, biases, 4, epilogue, found, 11, ldc, Twins.values(5, Kernels.SCRATCH_FLOATS));
        Twins.assertSameBits(what, expected, found);
        Twins.assertOnly(what, before, found, 11, m, n, ldc);
        for (boolean backwards : m == 1 ? new boolean[] {false, true} : new boolean[0]) {
            found = before.clone();
            vector.row(
                    a, 2, weights, biases, 4, epilogue, found, 11, backwards,
                    Twins.values(5, Kernels.SCRATCH_FLOATS));
            Twins.assertSameBits(what + " backwards " + backwards, expected, found);
        }
    }

    private void dynamic(int m, int n, int k, boolean transA, boolean transB) {
        String what = m + "x" + n + "x" + k + (transA ? " a" : "") + (transB ? " b" : "") + " transposed";
        int lda = (transA ? m : k) + 1;
        int ldb = (transB ? k : n) + 2;
        int ldc = n + 3;
        float[] a = Twins.values(1, 2 + (transA ? k : m) * lda);
        float[] b = Twins.values(2, 3 + (transB ? n : k) * ldb);
        float[] before = Twins.values(4, 7 + m * ldc + 20);
        float[] expected = before.clone();
        float[] found = before.clone();
        int panels = MatmulKernels.panelFloats(n, k);
        scalar.matmulDynamic(
                m, n, k, a, 2, lda, transA, b, 3, ldb, transB, expected, 7, ldc, new float[panels + 9],
                9, new float[Kernels.SCRATCH_FLOATS]);
        vector.matmulDynamic(
                m, n, k, a, 2, lda, transA, b, 3, ldb, transB, found, 7, ldc, new float[panels + 9], 9,
                Twins.values(5, Kernels.SCRATCH_FLOATS));
        Twins.assertSameBits(what, expected, found);
        Twins.assertOnly(what, before, found, 7, m, n, ldc);
    }

    /** Sums that start from c itself, from one row for all, and from nothing. */
    private void panels(int m, int n, int k, boolean transA) {
        int lda = (transA ? m : k) + 1;
        int ldc = n + 3;
        float[] a = Twins.values(1, 2 + (transA ? k : m) * lda);
        float[] b = Twins.values(2, 3 + k * n);
        float[] row = Twins.values(3, 4 + n);
        for (int init = 0; init < 3; init++) {
            float[] before = Twins.values(4, 7 + m * ldc + 20);
            float[] expected = before.clone();
            float[] found = before.clone();
            panels(scalar, m, n, k, a, lda, transA, b, init, row, expected, ldc);
            panels(vector, m, n, k, a, lda, transA, b, init, row, found, ldc);
            String what = m + "x" + n + "x" + k + (transA ? " transposed" : "") + " from " + init;
            Twins.assertSameBits(what, expected, found);
            Twins.assertOnly(what, before, found, 7, m, n, ldc);
        }
    }

    private static void panels(
            MatmulKernels kernels, int m, int n, int k, float[] a, int lda, boolean transA, float[] b, int init,
            float[] row, float[] c, int ldc) {
        float[] panels = Twins.values(6, MatmulKernels.panelFloats(n, k) + 9);
        kernels.packPanels(b, 3, k, n, 1, k, panels, 9);
        kernels.matmulPanels(
                m, n, k, a, 2, lda, transA, panels, 9, init == 0 ? c : init == 1 ? row : null, init == 0 ? 7 : 4,
                init == 0 ? ldc : 0, c, 7, ldc, Twins.values(5, Kernels.SCRATCH_FLOATS));
    }
}
