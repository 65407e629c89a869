package dev.lanewise.vector;

import java.util.Arrays;

/** Copies of rows that are padded to whole vectors. */
final class VectorRows {

    private VectorRows() {}

    /**
     * Copies rows and puts zeros behind each.
     *
     * @param x [rows, n], rows {@code stride} apart
     * @param y [rows, width]
     */
    static void copy(float[] x, int xOff, int stride, int rows, int n, float[] y, int yOff, int width) {
        for (int i = 0; i < rows; i++) {
            int to = yOff + i * width;
            System.arraycopy(x, xOff + i * stride, y, to, n);
            Arrays.fill(y, to + n, to + width, 0f);
        }
    }
}
