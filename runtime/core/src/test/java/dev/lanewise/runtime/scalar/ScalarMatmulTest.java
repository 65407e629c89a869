package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import org.junit.jupiter.api.Test;

/** Scalar products against sums in double. */
class ScalarMatmulTest {

    private static final int[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 100};

    private final MatmulKernels kernels = new ScalarMatmul(new ScalarMap());
    private final float[] scratch = new float[Kernels.SCRATCH_FLOATS];

    @Test
    void packed() {
        for (int n : SIZES) {
            for (int k : SIZES) {
                for (int m : new int[] {1, 3}) {
                    packed(m, n, k, true, false);
                    packed(m, n, k, false, true);
                }
            }
        }
    }

    @Test
    void dynamic() {
        for (int n : SIZES) {
            for (int k : SIZES) {
                for (boolean transA : new boolean[] {false, true}) {
                    dynamic(3, n, k, transA, false);
                    dynamic(3, n, k, transA, true);
                    panels(3, n, k, transA);
                }
            }
        }
    }

    private void packed(int m, int n, int k, boolean withBias, boolean relu) {
        int lda = k + 1;
        int ldc = n + 2;
        float[] a = References.values(1, 3 + m * lda);
        float[] b = References.values(2, 4 + k * n);
        float[] bias = withBias ? References.values(3, 5 + n) : null;
        float[] c = References.values(4, 6 + m * ldc);
        Epilogue epilogue = relu ? Epilogue.of(UnaryFn.RELU, 0f, 0f) : Epilogue.NONE;
        kernels.matmul(
                m, a, 3, lda, kernels.pack(b, 4, k, n, n, 1, m), bias, 5, epilogue, c, 6, ldc,
                scratch);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = withBias ? bias[5 + j] : 0;
                double size = Math.abs(sum);
                for (int p = 0; p < k; p++) {
                    double term = (double) a[3 + i * lda + p] * b[4 + p * n + j];
                    sum += term;
                    size += Math.abs(term);
                }
                double expected = relu ? Math.max(sum, 0) : sum;
                References.assertSum(
                        m + "x" + n + "x" + k, expected, size, k + 1, c[6 + i * ldc + j]);
            }
        }
    }

    private void dynamic(int m, int n, int k, boolean transA, boolean transB) {
        int lda = (transA ? m : k) + 1;
        int ldb = (transB ? k : n) + 3;
        float[] a = References.values(1, 2 + (transA ? k : m) * lda);
        float[] b = References.values(2, 4 + (transB ? n : k) * ldb);
        float[] c = new float[6 + m * n];
        float[] panels = new float[7 + MatmulKernels.panelFloats(n, k)];
        kernels.matmulDynamic(
                m, n, k, a, 2, lda, transA, b, 4, ldb, transB, c, 6, n, panels, 7, scratch);
        assertProduct(
                m, n, k, a, 2, transA ? 1 : lda, transA ? lda : 1, b, 4, transB ? 1 : ldb, transB ? ldb : 1, 0, c);
    }

    /** Sums that start from what there is already. */
    private void panels(int m, int n, int k, boolean transA) {
        int lda = (transA ? m : k) + 2;
        float[] a = References.values(1, 2 + (transA ? k : m) * lda);
        float[] b = References.values(2, 4 + k * n);
        float[] c = new float[6 + m * n];
        java.util.Arrays.fill(c, 3f);
        float[] panels = new float[7 + MatmulKernels.panelFloats(n, k)];
        kernels.packPanels(b, 4, k, n, 1, k, panels, 7);
        kernels.matmulPanels(m, n, k, a, 2, lda, transA, panels, 7, c, 6, n, c, 6, n, scratch);
        assertProduct(m, n, k, a, 2, transA ? 1 : lda, transA ? lda : 1, b, 4, 1, k, 3, c);
    }

    /** c [m, n] from index 6 on, against sums in double that start at {@code init}. */
    private static void assertProduct(
            int m, int n, int k, float[] a, int aOff, int mStride, int aStride, float[] b, int bOff, int kStride,
            int nStride, double init, float[] c) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = init;
                double size = Math.abs(init);
                for (int p = 0; p < k; p++) {
                    double term =
                            (double) a[aOff + i * mStride + p * aStride] * b[bOff + p * kStride + j * nStride];
                    sum += term;
                    size += Math.abs(term);
                }
                References.assertSum(m + "x" + n + "x" + k, sum, size, k + 1, c[6 + i * n + j]);
            }
        }
    }
}
