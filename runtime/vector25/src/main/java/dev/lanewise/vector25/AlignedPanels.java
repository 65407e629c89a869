package dev.lanewise.vector25;

import dev.lanewise.vector.PackedPanels;
import dev.lanewise.vector.Panels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link Panels} in native memory from an address that is a multiple of 64 on: no vector load crosses
 * a cache line, where in an array, whose elements begin 16 bytes into the object, every load of 512
 * bits does. Written while packing; any number of threads read it.
 *
 * <p>The memory is freed when the garbage collector finds these panels unreachable. The JVM counts it
 * against {@code -XX:MaxDirectMemorySize}, as large as the heap where it is not set; weights that
 * find no room there stay on the heap.
 *
 * <p>Products take one row at a time, which is all they are for; more are as right, but read all
 * weights once for each.
 */
final class AlignedPanels implements PackedPanels {

    private static final int P = Panels.WIDTH;
    private static final long ALIGNMENT = 64;

    /** Where sums start without a bias: as wide as four panels. */
    private static final float[] ZEROS = new float[4 * P];

    private final int depth;
    private final int from;
    private final int k;
    private final MemorySegment b; // [columns / P][depth][P]

    /** Of which the rows from {@code from} to {@code from + k} take part. */
    private AlignedPanels(int depth, int from, int k, MemorySegment b) {
        this.depth = depth;
        this.from = from;
        this.k = k;
        this.b = b;
    }

    /**
     * Room for [k, columns], columns rounded up to whole panels; {@code null} where the JVM allows no
     * more native memory.
     */
    static AlignedPanels allocate(int k, int columns) {
        long bytes = 4L * Panels.floats(k, columns);
        try {
            return new AlignedPanels(k, 0, k, Arena.ofAuto().allocate(bytes, ALIGNMENT));
        } catch (OutOfMemoryError e) {
            return null;
        }
    }

    /** Panel by panel, so that no second copy of the weights is made. */
    @Override
    public void pack(int first, float[] w, int wOff, int n, int kStride, int nStride) {
        float[] panel = new float[k * P];
        for (int j = 0; j < n; j += P) {
            Panels.pack(w, wOff + j * nStride, k, Math.min(P, n - j), kStride, nStride, panel, 0);
            MemorySegment.copy(
                    panel, 0, b, ValueLayout.JAVA_FLOAT, bytesBefore(first + j), panel.length);
        }
    }

    private long bytesBefore(int column) {
        return 4L * (Panels.offset(depth, column) + from * P);
    }

    @Override
    public PackedPanels rows(int first, int count) {
        return new AlignedPanels(depth, from + first, count, b);
    }

    @Override
    public long bytes() {
        return b.byteSize();
    }

    @Override
    public String form() {
        return Panels.form() + ", aligned, off the heap";
    }

    @Override
    public void product(
            int m, int first, int n, float[] a, int aOff, int lda, float[] init, int io, int is,
            float[] c, int cOff, int ldc, float[] scratch) {
        for (int i = 0; i < m; i++) {
            row(first, n, a, aOff + i * lda, init, io + i * is, c, cOff + i * ldc, scratch);
        }
    }

    /**
     * {@code c[n] = init[n] + a[k] · b[k, n]}, any n.
     *
     * @param first the column of b to begin with, the first one of its panel
     * @param init {@code null} for zeros
     * @param scratch holds the last columns where they do not fill their panels
     */
    void row(
            int first, int n, float[] a, int aOff, float[] init, int io, float[] c, int cOff,
            float[] scratch) {
        float[] start = init == null ? ZEROS : init;
        int done = 0;
        while (done < n) {
            int left = n - done;
            int panels = Math.min(4, (left + P - 1) / P);
            long from = bytesBefore(first + done);
            int at = init == null ? 0 : io + done;
            if (left >= panels * P) {
                tile(panels, a, aOff, from, start, at, c, cOff + done);
            } else {
                System.arraycopy(start, at, scratch, 0, left);
                tile(panels, a, aOff, from, scratch, 0, scratch, 0);
                System.arraycopy(scratch, 0, c, cOff + done, left);
            }
            done += panels * P;
        }
    }

    private void tile(
            int panels, float[] a, int aOff, long from, float[] init, int io, float[] c, int cOff) {
        long panelStride = 4L * depth * P;
        if (panels == 4) {
            AlignedRowTiles.row8(k, a, aOff, b, from, panelStride, init, io, c, cOff);
        } else if (panels == 3) {
            AlignedRowTiles.row6(k, a, aOff, b, from, panelStride, init, io, c, cOff);
        } else if (panels == 2) {
            AlignedRowTiles.row4(k, a, aOff, b, from, panelStride, init, io, c, cOff);
        } else {
            AlignedRowTiles.row2(k, a, aOff, b, from, init, io, c, cOff);
        }
    }
}
