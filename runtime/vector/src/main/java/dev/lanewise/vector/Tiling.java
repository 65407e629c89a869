package dev.lanewise.vector;

/**
 * Cuts products into tiles: chooses how many rows a tile takes and runs it over all panels. Tiles
 * that hang over the last row or column work on the stage (see {@link Strip}), so that no tile
 * knows masks.
 *
 * <p>{@code init} is what a tile's sums start from: c itself, a bias (row stride 0) or {@link
 * #ZEROS}.
 */
final class Tiling {

    /** A row of zeros for products without a bias; as wide as four panels. */
    static final float[] ZEROS = new float[4 * Panels.WIDTH];

    private static final int P = Panels.WIDTH;

    /**
     * Between rows of the stage: twelve rows of one panel or four of two take 768 floats at most.
     */
    private static final int STAGE_STRIDE = 2 * P;

    private static final boolean MANY_REGISTERS = Lanes.MANY_REGISTERS;

    private Tiling() {}

    /**
     * Rows of the next tile where {@code left} rows are left: 12, 8, 4, 2 or 1, with 16 registers
     * 6, 4, 2 or 1. The tile may be one row taller than what is left: 3 rows cost as much as 4, but
     * twice as many reads of b as 2 + 1.
     */
    static int tileRows(int left) {
        if (MANY_REGISTERS) {
            // 16 rows: twice 8 is faster than 12 + 4
            return left >= 11 && left != 16 ? 12 : left >= 7 ? 8 : left >= 3 ? 4 : left;
        }
        return left == 8 || left == 4 || left == 3 ? 4 : left >= 5 ? 6 : left;
    }

    /**
     * {@code c[rows, n] = init + strip[rows, kc] · b[kc, n]}
     *
     * @param rows at most {@code tileRows}, what {@link #tileRows} said; at least 2
     * @param s the scratch array with the strip
     * @param b panels, the first one's first row at {@code bo}
     */
    static void strip(
            int rows, int tileRows, int kc, int n, float[] s, float[] b, int bo, int panelStride,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        int initStep = init == ZEROS ? 0 : 1;
        boolean wide = tileRows == 2 || tileRows == 4 && MANY_REGISTERS;
        for (int j = 0; j < n; ) {
            int panels = wide && n - j > P ? 2 : 1;
            int columns = Math.min(panels * P, n - j);
            if (rows == tileRows && columns == panels * P) {
                tile(
                        panels, tileRows, kc, s, b, bo, panelStride, init, io + j * initStep, is,
                        c, co + j, ldc);
            } else {
                copy(rows, columns, init, io + j * initStep, is, s, Strip.STAGE, STAGE_STRIDE);
                tile(
                        panels, tileRows, kc, s, b, bo, panelStride, s, Strip.STAGE, STAGE_STRIDE,
                        s, Strip.STAGE, STAGE_STRIDE);
                copy(rows, columns, s, Strip.STAGE, STAGE_STRIDE, c, co + j, ldc);
            }
            j += columns;
            bo += panels * panelStride;
        }
    }

    private static void tile(
            int panels, int tileRows, int kc, float[] s, float[] b, int bo, int panelStride,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        if (panels == 1) {
            tall(tileRows, kc, s, b, bo, init, io, is, c, co, ldc);
        } else if (tileRows == 4) {
            WideTiles.tile4x4(kc, s, b, bo, panelStride, init, io, is, c, co, ldc);
        } else {
            WideTiles.tile2x4(kc, s, b, bo, panelStride, init, io, is, c, co, ldc);
        }
    }

    private static void tall(
            int tileRows, int kc, float[] s, float[] b, int bo,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        switch (tileRows) {
            case 12:
                TallTiles.tile12x2(kc, s, b, bo, init, io, is, c, co, ldc);
                break;
            case 8:
                TallTiles.tile8x2(kc, s, b, bo, init, io, is, c, co, ldc);
                break;
            case 6:
                TallTiles.tile6x2(kc, s, b, bo, init, io, is, c, co, ldc);
                break;
            case 4:
                TallTiles.tile4x2(kc, s, b, bo, init, io, is, c, co, ldc);
                break;
            default:
                TallTiles.tile2x2(kc, s, b, bo, init, io, is, c, co, ldc);
                break;
        }
    }

    /**
     * One row: {@code c[n] = init[n] + a[kc] · b[kc, n]}, any kc.
     *
     * @param s scratch, of which the stage is used
     */
    static void row(
            int kc, int n, float[] a, int ao, float[] b, int bo, int panelStride,
            float[] init, int io, float[] c, int co, float[] s) {
        int initStep = init == ZEROS ? 0 : 1;
        int left = n;
        while (left > 0) {
            int panels = Math.min(4, (left + P - 1) / P);
            int columns = panels * P;
            if (left >= columns) {
                rowTile(panels, kc, a, ao, b, bo, panelStride, init, io, c, co);
            } else {
                columns = left;
                System.arraycopy(init, io, s, Strip.STAGE, columns);
                rowTile(
                        panels, kc, a, ao, b, bo, panelStride, s, Strip.STAGE, s, Strip.STAGE);
                System.arraycopy(s, Strip.STAGE, c, co, columns);
            }
            left -= columns;
            co += columns;
            io += columns * initStep;
            bo += panels * panelStride;
        }
    }

    private static void rowTile(
            int panels, int kc, float[] a, int ao, float[] b, int bo, int panelStride,
            float[] init, int io, float[] c, int co) {
        if (panels == 4) {
            RowTiles.row8(kc, a, ao, b, bo, panelStride, init, io, c, co);
        } else if (panels == 3) {
            RowTiles.row6(kc, a, ao, b, bo, panelStride, init, io, c, co);
        } else if (panels == 2) {
            RowTiles.row4(kc, a, ao, b, bo, panelStride, init, io, c, co);
        } else {
            RowTiles.row2(kc, a, ao, b, bo, init, io, c, co);
        }
    }

    private static void copy(
            int rows, int columns, float[] x, int xOff, int ldx, float[] y, int yOff, int ldy) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(x, xOff + i * ldx, y, yOff + i * ldy, columns);
        }
    }
}
