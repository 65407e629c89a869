package dev.lanewise.vector25;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.vector.Panels;
import dev.lanewise.vector.VectorMatmul;

/**
 * Matrix products: a matrix that only ever meets one row lies in {@link AlignedPanels}, one that meets
 * more on the heap, where {@link VectorMatmul} multiplies it. Never both. Immutable and thread-safe;
 * allocates only in {@link #pack}.
 *
 * <p>The rule asks for the rows and for no size. One row reads each weight once, so that loads are
 * the limit: against the heap 1.2 to 1.3 times as fast at [128, 512], 1.0 to 1.1 at [256, 1024] and
 * [1024, 1024] on an AMD machine, and 1.3 to 1.7 on an Intel one; slower nowhere beyond the noise.
 * Products of many rows read a panel from the first cache over and over, and the bounds checks of
 * segments cost them a fifth. See {@code docs/decisions/0003-aligned-weights-on-java-25.md}.
 */
final class AlignedMatmul implements MatmulKernels {

    /** Of a tile. */
    private static final int COLUMNS = 4 * Panels.WIDTH;

    private final MapKernels map;
    private final MatmulKernels many;

    /** @param map computes epilogues */
    AlignedMatmul(MapKernels map) {
        this.map = map;
        this.many = new VectorMatmul(map);
    }

    private record Packed(int k, int n, AlignedPanels b) implements PackedMatrix {
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
        AlignedPanels panels = mostRows > 1 ? null : AlignedPanels.allocate(k, n);
        if (panels == null) {
            return many.pack(b, bOff, k, n, kStride, nStride, mostRows);
        }
        panels.pack(0, b, bOff, n, kStride, nStride);
        return new Packed(k, n, panels);
    }

    @Override
    public void refill(PackedMatrix packed, float[] b, int bOff, int kStride, int nStride) {
        if (packed instanceof Packed panels) {
            panels.b.pack(0, b, bOff, panels.n, kStride, nStride);
        } else {
            many.refill(packed, b, bOff, kStride, nStride);
        }
    }

    @Override
    public PackedMatrix pack(WeightMatrix b, int mostRows) {
        return b.form == WeightForm.F32
                ? pack(b.array(), b.valuesOff(), b.k, b.n, 1, b.k, mostRows)
                : many.pack(b, mostRows);
    }

    @Override
    public void matmul(
            int m, float[] a, int aOff, int lda, PackedMatrix b, float[] bias, int biasOff,
            Epilogue epilogue, float[] c, int cOff, int ldc, float[] scratch) {
        if (!(b instanceof Packed packed)) {
            many.matmul(m, a, aOff, lda, b, bias, biasOff, epilogue, c, cOff, ldc, scratch);
            return;
        }
        for (int i = 0; i < m; i++) {
            row(a, aOff + i * lda, packed, bias, biasOff, epilogue, c, cOff + i * ldc, false, scratch);
        }
    }

    @Override
    public void row(
            float[] a, int aOff, PackedMatrix b, float[] bias, int biasOff, Epilogue epilogue,
            float[] c, int cOff, boolean backwards, float[] scratch) {
        if (!(b instanceof Packed packed)) {
            many.row(a, aOff, b, bias, biasOff, epilogue, c, cOff, backwards, scratch);
            return;
        }
        int groups = (packed.n + COLUMNS - 1) / COLUMNS;
        for (int i = 0; i < groups; i++) {
            int first = (backwards ? groups - 1 - i : i) * COLUMNS;
            packed.b.row(
                    first, Math.min(COLUMNS, packed.n - first), a, aOff, bias, biasOff + first, c, cOff + first,
                    scratch);
        }
        if (epilogue.fn() != null) {
            map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), c, cOff, c, cOff, packed.n);
        }
    }

    @Override
    public void matmulDynamic(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA,
            float[] b, int bOff, int ldb, boolean transB, float[] c, int cOff, int ldc,
            float[] panels, int panelsOff, float[] scratch) {
        many.matmulDynamic(
                m, n, k, a, aOff, lda, transA, b, bOff, ldb, transB, c, cOff, ldc, panels, panelsOff, scratch);
    }

    @Override
    public void packPanels(
            float[] b, int bOff, int k, int n, int kStride, int nStride, float[] panels, int panelsOff) {
        many.packPanels(b, bOff, k, n, kStride, nStride, panels, panelsOff);
    }

    @Override
    public void matmulPanels(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA, float[] panels, int panelsOff,
            float[] init, int initOff, int initStride, float[] c, int cOff, int ldc, float[] scratch) {
        many.matmulPanels(
                m, n, k, a, aOff, lda, transA, panels, panelsOff, init, initOff, initStride, c, cOff, ldc, scratch);
    }
}
