package dev.lanewise.vector;

/**
 * The packed form of a right-hand side [k, n]: panels of {@link #WIDTH} columns, each panel
 * row-major, that is [ceil(n / WIDTH)][k][WIDTH], the last one filled up with zeros. A tile then
 * reads one forward stream, and no column needs a mask.
 *
 * <p>Two vectors wide: with twelve rows that is what 32 registers hold (see {@link TallTiles}).
 */
public final class Panels {

    /** Columns of a panel. */
    public static final int WIDTH = 2 * Lanes.LANES;

    private Panels() {}

    /** What they are, for people. */
    public static String form() {
        return "panels of " + WIDTH + " columns";
    }

    /** Floats of the packed form of [k, n]. */
    public static int floats(int k, int n) {
        return Math.multiplyExact(k, Lanes.roundUp(n, WIDTH));
    }

    /** Where column {@code column}, the first of its panel, begins. */
    public static int offset(int k, int column) {
        return k * column;
    }

    /**
     * Packs b, whose element (p, j) lies at {@code bOff + p · kStride + j · nStride}.
     *
     * @param y [ceil(n / WIDTH)][k][WIDTH]
     */
    public static void pack(
            float[] b, int bOff, int k, int n, int kStride, int nStride, float[] y, int yOff) {
        for (int j = 0; j < n; j += WIDTH) {
            int columns = Math.min(WIDTH, n - j);
            if (nStride == 1) {
                packRows(b, bOff + j, k, columns, kStride, y, yOff);
            } else {
                packColumns(b, bOff + j * nStride, k, columns, kStride, nStride, y, yOff);
            }
            yOff += k * WIDTH;
        }
    }

    /**
     * {@link #pack} of a transposed b [n, k], by vectors: for what is packed again and again. When a model is loaded
     * they are not compiled yet.
     *
     * @param ldb between rows of b
     */
    static void packTransposed(float[] b, int bOff, int k, int n, int ldb, float[] y, int yOff) {
        int whole = n & -WIDTH;
        for (int j = 0; j < whole; j += WIDTH) {
            VectorTranspose.transpose(b, bOff + j * ldb, ldb, WIDTH, k, y, yOff + offset(k, j), WIDTH);
        }
        pack(b, bOff + whole * ldb, k, n - whole, 1, ldb, y, yOff + offset(k, whole));
    }

    private static void packRows(
            float[] b, int bOff, int k, int columns, int kStride, float[] y, int yOff) {
        for (int p = 0; p < k; p++) {
            int to = yOff + p * WIDTH;
            System.arraycopy(b, bOff + p * kStride, y, to, columns);
            for (int j = columns; j < WIDTH; j++) {
                y[to + j] = 0f;
            }
        }
    }

    /** Four columns at once: four forward streams in, and stores that share a cache line. */
    private static void packColumns(
            float[] b, int bOff, int k, int columns, int kStride, int nStride, float[] y,
            int yOff) {
        int j = 0;
        for (; j < columns - 3; j += 4) {
            int b0 = bOff + j * nStride;
            int b1 = b0 + nStride;
            int b2 = b1 + nStride;
            int b3 = b2 + nStride;
            for (int p = 0; p < k; p++) {
                int to = yOff + p * WIDTH + j;
                int from = p * kStride;
                y[to] = b[b0 + from];
                y[to + 1] = b[b1 + from];
                y[to + 2] = b[b2 + from];
                y[to + 3] = b[b3 + from];
            }
        }
        for (; j < WIDTH; j++) {
            for (int p = 0; p < k; p++) {
                y[yOff + p * WIDTH + j] = j < columns ? b[bOff + p * kStride + j * nStride] : 0f;
            }
        }
    }
}
