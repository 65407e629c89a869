package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.LayoutKernels;

/** Layouts in plain loops. Immutable and thread-safe; allocates nothing. */
public final class ScalarLayout implements LayoutKernels {

    /** Squares of this side stay in cache. */
    private static final int TILE = 32;

    @Override
    public void transpose(
            int rows, int columns, float[] x, int xOff, int ldx, float[] y, int yOff, int ldy) {
        for (int i = 0; i < rows; i += TILE) {
            int iEnd = Math.min(rows, i + TILE);
            for (int j = 0; j < columns; j += TILE) {
                square(i, iEnd, j, Math.min(columns, j + TILE), x, xOff, ldx, y, yOff, ldy);
            }
        }
    }

    /** Rows [i0, i1) × columns [j0, j1); the longer side is the inner loop. */
    private static void square(
            int i0, int i1, int j0, int j1, float[] x, int xOff, int ldx, float[] y, int yOff, int ldy) {
        if (i1 - i0 < j1 - j0) {
            for (int i = i0; i < i1; i++) {
                for (int j = j0; j < j1; j++) {
                    y[yOff + j * ldy + i] = x[xOff + i * ldx + j];
                }
            }
        } else {
            for (int j = j0; j < j1; j++) {
                for (int i = i0; i < i1; i++) {
                    y[yOff + j * ldy + i] = x[xOff + i * ldx + j];
                }
            }
        }
    }
}
