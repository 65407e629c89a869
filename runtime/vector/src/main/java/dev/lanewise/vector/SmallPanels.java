package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.RoundedInputs;
import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * Weights in few bits, in the geometry of {@link Panels}: panels of {@link Panels#WIDTH} columns, each
 * with all of k. Immutable; a product allocates nothing.
 *
 * <p>Cuts a product into tiles: one row by four panels (8 vectors, as in {@link RowTiles}), one row by one
 * panel, and four rows by one panel, which decodes a weight once for four. What hangs over the last
 * column works on the stage, at the start of the scratch array.
 */
abstract class SmallPanels implements PanelProduct {

    static final int P = Panels.WIDTH;

    /** Rows of a tile of several. */
    static final int ROWS = 4;

    /** Of the scratch array, what the stage takes: four rows of one panel, or one of four. */
    static final int STAGE_FLOATS = ROWS * P;

    /** Where sums start without a bias; as wide as four panels. */
    private static final float[] ZEROS = new float[4 * P];

    final int k;
    private final int columns;

    SmallPanels(int k, int columns) {
        this.k = k;
        this.columns = columns;
    }

    /** Panels of a matrix [n, k], a column for each of its rows. */
    static SmallPanels pack(WeightMatrix w) {
        return packGates(w, 1, w.n);
    }

    /**
     * Panels of [k, blocks · gates · P], as {@link VectorCells} has them.
     *
     * @param w [gates · size, k], of a form that is computed from
     */
    static SmallPanels packGates(WeightMatrix w, int gates, int size) {
        int padded = Lanes.roundUp(size, P);
        int[] rows = new int[Math.multiplyExact(gates, padded)]; // of each column, -1 for padding
        for (int column = 0; column < rows.length; column++) {
            int unit = column / P / gates * P + column % P;
            int gate = column / P % gates;
            rows[column] = unit < size ? gate * size + unit : -1;
        }
        switch (w.form) {
            case BF16:
                return Bf16Panels.pack(w, rows);
            case INT8:
                return Int8Panels.pack(w, rows);
            case INT8_DYNAMIC:
                return w.k <= RoundedInputs.MOST_K ? Int8DynamicPanels.pack(w, rows) : Int8Panels.pack(w, rows);
            case INT4:
                return Int4Panels.pack(w, rows);
            default:
                throw new IllegalArgumentException(w.form + " is computed from its values");
        }
    }

    /** What a form needs of its rows of a before tiles read them; called once for each set of rows. */
    void begin(int rows, float[] a, int aOff, int lda, float[] scratch) {}

    /** Whether four rows go together. */
    boolean takesFourRows() {
        return true;
    }

    /** Whether one row by one panel waits for its two sums, so that four panels take hardly longer than two. */
    boolean waitsForSums() {
        return false;
    }

    /** One row, four panels from {@code column} on. */
    abstract void row4(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch);

    /** One row, one panel. */
    abstract void row1(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch);

    /** Four rows, one panel. */
    abstract void rows4(
            int column, float[] a, int aOff, int lda, float[] init, int io, int is, float[] c, int co,
            int ldc, float[] scratch);

    @Override
    public final void product(
            int m, int first, int n, float[] a, int aOff, int lda, float[] init, int io, int is,
            float[] c, int cOff, int ldc, float[] scratch) {
        int i = 0;
        while (i < m) {
            int from = aOff + i * lda;
            int start = init == null ? 0 : io + i * is;
            int to = cOff + i * ldc;
            if (m - i >= ROWS && takesFourRows()) {
                begin(ROWS, a, from, lda, scratch);
                fourRows(first, n, a, from, lda, init, start, is, c, to, ldc, scratch);
                i += ROWS;
            } else {
                begin(1, a, from, lda, scratch);
                oneRow(first, n, a, from, init, start, c, to, scratch);
                i++;
            }
        }
    }

    private void oneRow(
            int first, int n, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        float[] start = init == null ? ZEROS : init;
        int step = init == null ? 0 : 1;
        // each tile is called from one place: C2 inlines small ones, and twice would be too much for one method
        int j = 0;
        while (n - j > (waitsForSums() ? 2 * P : 4 * P - 1) && first + j <= columns - 4 * P) {
            // of three panels, the gates of a GRU, the fourth is thrown away
            boolean whole = n - j >= 4 * P;
            if (!whole) {
                System.arraycopy(start, io + j * step, scratch, 0, n - j);
            }
            row4(
                    first + j, a, aOff, whole ? start : scratch, whole ? io + j * step : 0,
                    whole ? c : scratch, whole ? co + j : 0, scratch);
            if (!whole) {
                System.arraycopy(scratch, 0, c, co + j, n - j);
            }
            j += 4 * P;
        }
        for (; j < n; j += P) {
            boolean whole = n - j >= P;
            if (!whole) {
                System.arraycopy(start, io + j * step, scratch, 0, n - j);
            }
            row1(
                    first + j, a, aOff, whole ? start : scratch, whole ? io + j * step : 0,
                    whole ? c : scratch, whole ? co + j : 0, scratch);
            if (!whole) {
                System.arraycopy(scratch, 0, c, co + j, n - j);
            }
        }
    }

    private void fourRows(
            int first, int n, float[] a, int aOff, int lda, float[] init, int io, int is, float[] c, int co,
            int ldc, float[] scratch) {
        float[] start = init == null ? ZEROS : init;
        int step = init == null ? 0 : 1;
        int rowStep = init == null ? 0 : is;
        for (int j = 0; j < n; j += P) {
            boolean whole = n - j >= P;
            if (!whole) {
                copy(start, io + j * step, rowStep, scratch, 0, P, n - j);
            }
            rows4(
                    first + j, a, aOff, lda, whole ? start : scratch, whole ? io + j * step : 0, whole ? rowStep : P,
                    whole ? c : scratch, whole ? co + j : 0, whole ? ldc : P, scratch);
            if (!whole) {
                copy(scratch, 0, P, c, co + j, ldc, n - j);
            }
        }
    }

    private static void copy(float[] x, int xOff, int ldx, float[] y, int yOff, int ldy, int columns) {
        for (int i = 0; i < ROWS; i++) {
            System.arraycopy(x, xOff + i * ldx, y, yOff + i * ldy, columns);
        }
    }
}
