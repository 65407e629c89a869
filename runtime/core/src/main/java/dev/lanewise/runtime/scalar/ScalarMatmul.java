package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.util.Arrays;

/**
 * Matrix products in plain loops. Immutable and thread-safe; allocates only in {@link #pack}.
 *
 * <p>Packed form: {@link Rows}, or what {@link ScalarMatrix} makes of smaller ones. The inner loop runs
 * over columns, each of which is a chain of its own, so that C2 vectorises it.
 */
public final class ScalarMatmul implements MatmulKernels {

    private final MapKernels map;

    /** @param map computes epilogues */
    public ScalarMatmul(MapKernels map) {
        this.map = map;
    }

    private record Packed(int k, int n, ScalarMatrix b) implements PackedMatrix {
        @Override
        public long bytes() {
            return b.bytes();
        }

        @Override
        public String form() {
            return b.form();
        }
    }

    @Override
    public PackedMatrix pack(
            float[] b, int bOff, int k, int n, int kStride, int nStride, int mostRows) {
        return new Packed(k, n, new Rows(b, bOff, k, n, kStride, nStride));
    }

    @Override
    public void refill(PackedMatrix packed, float[] b, int bOff, int kStride, int nStride) {
        ((Rows) ((Packed) packed).b).fill(b, bOff, kStride, nStride);
    }

    @Override
    public PackedMatrix pack(WeightMatrix b, int mostRows) {
        return new Packed(b.k, b.n, ScalarMatrix.of(b, 0, b.n));
    }

    @Override
    public void matmul(
            int m, float[] a, int aOff, int lda, PackedMatrix b, float[] bias, int biasOff,
            Epilogue epilogue, float[] c, int cOff, int ldc, float[] scratch) {
        ScalarMatrix rows = ((Packed) b).b;
        int n = b.n();
        for (int i = 0; i < m; i++) {
            int row = cOff + i * ldc;
            start(bias, biasOff, c, row, n);
            rows.addProduct(a, aOff + i * lda, c, row, scratch);
            finish(map, epilogue, c, row, n);
        }
    }

    @Override
    public void matmulDynamic(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA,
            float[] b, int bOff, int ldb, boolean transB, float[] c, int cOff, int ldc,
            float[] panels, int panelsOff, float[] scratch) {
        float[] rows = b;
        int rowsOff = bOff;
        int rowStride = ldb;
        if (transB) {
            packPanels(b, bOff, k, n, 1, ldb, panels, panelsOff);
            rows = panels;
            rowsOff = panelsOff;
            rowStride = n;
        }
        for (int i = 0; i < m; i++) {
            int row = cOff + i * ldc;
            start(null, 0, c, row, n);
            addProduct(
                    k, n, a, aOff + i * (transA ? 1 : lda), transA ? lda : 1, rows, rowsOff, rowStride, c, row);
        }
    }

    /** Panels are b itself, dense and row-major. */
    @Override
    public void packPanels(
            float[] b, int bOff, int k, int n, int kStride, int nStride, float[] panels, int panelsOff) {
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                panels[panelsOff + p * n + j] = b[bOff + p * kStride + j * nStride];
            }
        }
    }

    @Override
    public void matmulPanels(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA, float[] panels, int panelsOff,
            float[] init, int initOff, int initStride, float[] c, int cOff, int ldc, float[] scratch) {
        for (int i = 0; i < m; i++) {
            int row = cOff + i * ldc;
            start(init, initOff + i * initStride, c, row, n);
            addProduct(
                    k, n, a, aOff + i * (transA ? 1 : lda), transA ? lda : 1, panels, panelsOff, n, c, row);
        }
    }

    /** {@code c = bias}, or zeros. */
    static void start(float[] bias, int biasOff, float[] c, int cOff, int n) {
        if (bias == null) {
            Arrays.fill(c, cOff, cOff + n, 0f);
        } else {
            System.arraycopy(bias, biasOff, c, cOff, n);
        }
    }

    static void finish(MapKernels map, Epilogue epilogue, float[] c, int cOff, int n) {
        if (epilogue.fn() != null) {
            map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), c, cOff, c, cOff, n);
        }
    }

    /**
     * {@code c[n] += a[k] · b[k, n]}, k ascending.
     *
     * @param a [k], {@code aStride} apart
     * @param b [k, n], rows {@code ldb} apart
     */
    private static void addProduct(
            int k, int n, float[] a, int aOff, int aStride, float[] b, int bOff, int ldb, float[] c, int cOff) {
        int p = 0;
        for (; p < k - 3; p += 4) {
            int at = aOff + p * aStride;
            addFour(
                    n, a[at], a[at + aStride], a[at + 2 * aStride], a[at + 3 * aStride],
                    b, bOff + p * ldb, ldb, c, cOff);
        }
        for (; p < k; p++) {
            addOne(n, a[aOff + p * aStride], b, bOff + p * ldb, c, cOff);
        }
    }

    private static void addFour(
            int n, float a0, float a1, float a2, float a3, float[] b, int b0, int ldb, float[] c,
            int cOff) {
        int b1 = b0 + ldb;
        int b2 = b1 + ldb;
        int b3 = b2 + ldb;
        for (int j = 0; j < n; j++) {
            float sum = Fma.fma(a0, b[b0 + j], c[cOff + j]);
            sum = Fma.fma(a1, b[b1 + j], sum);
            sum = Fma.fma(a2, b[b2 + j], sum);
            c[cOff + j] = Fma.fma(a3, b[b3 + j], sum);
        }
    }

    private static void addOne(int n, float a, float[] b, int bOff, float[] c, int cOff) {
        for (int j = 0; j < n; j++) {
            c[cOff + j] = Fma.fma(a, b[bOff + j], c[cOff + j]);
        }
    }
}
