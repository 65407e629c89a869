package dev.lanewise.vector;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * Matrix products by the vector API; packed form: {@link Panels}, or {@link SmallPanels}. Immutable and thread-safe;
 * allocates only in {@link #pack}.
 *
 * <p>One row goes to {@link RowTiles}, or to {@link RowInPlace} where b is no weight; more through {@link Strip} to
 * the product tiles. Blocks: 256 of k × 512 columns of b, 512 KB, which stay in the second cache while up to 128 rows
 * pass by, and so do those rows of c: the next block of k finds them there. Between blocks of k the sums lie in c,
 * exactly, so that blocking does not show in the bits.
 */
public final class VectorMatmul implements MatmulKernels {

    private static final int BLOCK_M = 128;
    private static final int BLOCK_N = 512;

    /** Tiles of a row that a product with {@link SmallPanels} takes together: each looks at all of a first. */
    private static final int SMALL_TILES = 4;

    private final MapKernels map;

    /** @param map computes epilogues */
    public VectorMatmul(MapKernels map) {
        this.map = map;
    }

    /** @param b {@link Panels} of [k, n] */
    private record Packed(int k, int n, float[] b) implements PackedMatrix {
        @Override
        public long bytes() {
            return 4L * b.length;
        }

        @Override
        public String form() {
            return Panels.form();
        }
    }

    @Override
    public PackedMatrix pack(
            float[] b, int bOff, int k, int n, int kStride, int nStride, int mostRows) {
        float[] packed = new float[Panels.floats(k, n)];
        Panels.pack(b, bOff, k, n, kStride, nStride, packed, 0);
        return new Packed(k, n, packed);
    }

    @Override
    public void refill(PackedMatrix packed, float[] b, int bOff, int kStride, int nStride) {
        Packed panels = (Packed) packed;
        Panels.pack(b, bOff, panels.k, panels.n, kStride, nStride, panels.b, 0);
    }

    /** @param b {@link SmallPanels} of [k, n] */
    private record SmallPacked(int k, int n, SmallPanels b) implements PackedMatrix {
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
    public PackedMatrix pack(WeightMatrix b, int mostRows) {
        return b.form == WeightForm.F32
                ? pack(b.array(), b.valuesOff(), b.k, b.n, 1, b.k, mostRows)
                : new SmallPacked(b.k, b.n, SmallPanels.pack(b));
    }

    @Override
    public void matmul(
            int m, float[] a, int aOff, int lda, PackedMatrix b, float[] bias, int biasOff,
            Epilogue epilogue, float[] c, int cOff, int ldc, float[] scratch) {
        int n = b.n();
        if (b instanceof SmallPacked small) {
            small.b.product(m, 0, n, a, aOff, lda, bias, biasOff, 0, c, cOff, ldc, scratch);
        } else {
            Packed packed = (Packed) b;
            float[] init = bias == null ? Tiling.ZEROS : bias;
            int initOff = bias == null ? 0 : biasOff;
            product(
                    m, n, packed.k, a, aOff, lda, packed.b, 0, packed.k, init, initOff, 0, c, cOff, ldc, scratch);
        }
        if (epilogue.fn() != null) {
            for (int i = 0; i < m; i++) {
                int row = cOff + i * ldc;
                map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), c, row, c, row, n);
            }
        }
    }

    @Override
    public void row(
            float[] a, int aOff, PackedMatrix b, float[] bias, int biasOff, Epilogue epilogue,
            float[] c, int cOff, boolean backwards, float[] scratch) {
        int n = b.n();
        int columns = 4 * Panels.WIDTH * (b instanceof SmallPacked ? SMALL_TILES : 1);
        int groups = (n + columns - 1) / columns;
        for (int i = 0; i < groups; i++) {
            int first = (backwards ? groups - 1 - i : i) * columns;
            int some = Math.min(columns, n - first);
            if (b instanceof SmallPacked small) {
                small.b.product(
                        1, first, some, a, aOff, 0, bias, biasOff + first, 0, c, cOff + first, 0, scratch);
            } else {
                Packed packed = (Packed) b;
                Tiling.row(
                        packed.k, some, a, aOff, packed.b, Panels.offset(packed.k, first), packed.k * Panels.WIDTH,
                        bias == null ? Tiling.ZEROS : bias, bias == null ? 0 : biasOff + first, c, cOff + first,
                        scratch);
            }
        }
        if (epilogue.fn() != null) {
            map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), c, cOff, c, cOff, n);
        }
    }

    @Override
    public void matmulDynamic(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA,
            float[] b, int bOff, int ldb, boolean transB, float[] c, int cOff, int ldc,
            float[] panels, int panelsOff, float[] scratch) {
        if (m == 1 && n >= Lanes.LANES && !transA && !transB) {
            RowInPlace.product(k, n, a, aOff, b, bOff, ldb, c, cOff);
            return;
        }
        packPanels(b, bOff, k, n, transB ? 1 : ldb, transB ? ldb : 1, panels, panelsOff);
        matmulPanels(
                m, n, k, a, aOff, lda, transA, panels, panelsOff, null, 0, 0, c, cOff, ldc, scratch);
    }

    @Override
    public void packPanels(
            float[] b, int bOff, int k, int n, int kStride, int nStride, float[] panels, int panelsOff) {
        if (kStride == 1) {
            Panels.packTransposed(b, bOff, k, n, nStride, panels, panelsOff);
        } else {
            Panels.pack(b, bOff, k, n, kStride, nStride, panels, panelsOff);
        }
    }

    @Override
    public void matmulPanels(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA, float[] panels, int panelsOff,
            float[] init, int initOff, int initStride, float[] c, int cOff, int ldc, float[] scratch) {
        float[] start = init == null ? Tiling.ZEROS : init;
        int startOff = init == null ? 0 : initOff;
        int startStride = init == null ? 0 : initStride;
        if (m == 1 && !transA) {
            product(
                    m, n, k, a, aOff, lda, panels, panelsOff, k, start, startOff, startStride, c, cOff, ldc, scratch);
        } else {
            blocks(
                    m, n, k, a, aOff, lda, transA, panels, panelsOff, k, start, startOff, startStride,
                    c, cOff, ldc, scratch);
        }
    }

    /**
     * {@code c[m, n] = init + a[m, k] · b[k, n]}
     *
     * @param b {@link Panels}, of the first one the rows from {@code bOff} on
     * @param depth all rows of a panel
     * @param init see {@link Tiling}; rows {@code is} apart, or all the same where that is 0
     */
    static void product(
            int m, int n, int k, float[] a, int aOff, int lda, float[] b, int bOff, int depth,
            float[] init, int io, int is, float[] c, int cOff, int ldc, float[] scratch) {
        if (m == 1) {
            Tiling.row(k, n, a, aOff, b, bOff, depth * Panels.WIDTH, init, io, c, cOff, scratch);
        } else {
            blocks(m, n, k, a, aOff, lda, false, b, bOff, depth, init, io, is, c, cOff, ldc, scratch);
        }
    }

    /** The same for any m, and for a [k, m] where {@code transA}. */
    private static void blocks(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA, float[] b, int bOff, int depth,
            float[] init, int io, int is, float[] c, int cOff, int ldc, float[] scratch) {
        int panelStride = depth * Panels.WIDTH;
        int rows = blockRows(m);
        for (int m0 = 0; m0 < m; m0 += rows) {
            int mc = Math.min(rows, m - m0);
            int to = cOff + m0 * ldc;
            // k = 0 still stores init
            for (int k0 = 0; k0 == 0 || k0 < k; k0 += Strip.MAX_K) {
                int kc = Math.min(Strip.MAX_K, k - k0);
                for (int n0 = 0; n0 < n; n0 += BLOCK_N) {
                    boolean first = k0 == 0;
                    int initStep = init == Tiling.ZEROS ? 0 : n0;
                    block(
                            mc, Math.min(BLOCK_N, n - n0), kc,
                            a, aOff + (transA ? m0 + k0 * lda : m0 * lda + k0), lda, transA,
                            b, bOff + Panels.offset(depth, n0) + k0 * Panels.WIDTH, panelStride,
                            first ? init : c, first ? io + m0 * is + initStep : to + n0, first ? is : ldc,
                            c, to + n0, ldc, scratch);
                }
            }
        }
    }

    /** As many blocks as needed, of equal size and whole tiles. */
    private static int blockRows(int m) {
        int blocks = Math.max(1, (m + BLOCK_M - 1) / BLOCK_M);
        int rows = (m + blocks - 1) / blocks;
        return Math.max(1, (rows + Strip.MAX_ROWS - 1) / Strip.MAX_ROWS) * Strip.MAX_ROWS;
    }

    /** All rows, for one block of b that fits the second cache. */
    private static void block(
            int m, int n, int kc, float[] a, int aOff, int lda, boolean transA, float[] b, int bOff,
            int panelStride,
            float[] init, int io, int is, float[] c, int cOff, int ldc, float[] scratch) {
        int i = 0;
        while (i < m) {
            int tileRows = Tiling.tileRows(m - i);
            int rows = Math.min(tileRows, m - i);
            int from = aOff + i * (transA ? 1 : lda);
            int to = cOff + i * ldc;
            if (transA) {
                Strip.transpose(scratch, rows, kc, a, from, lda);
            }
            if (tileRows == 1) {
                Tiling.row(
                        kc, n, transA ? scratch : a, transA ? 0 : from, b, bOff, panelStride, init, io + i * is,
                        c, to, scratch);
            } else {
                if (!transA) {
                    Strip.copy(scratch, rows, tileRows, 0, kc, a, from, lda);
                }
                Tiling.strip(
                        rows, tileRows, kc, n, scratch, b, bOff, panelStride, init, io + i * is, is,
                        c, to, ldc);
            }
            i += tileRows;
        }
    }
}
