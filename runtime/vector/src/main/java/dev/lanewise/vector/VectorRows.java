package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

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
            int from = xOff + i * stride;
            int to = yOff + i * width;
            if (n == width && n % LANES == 0) { // a call for each row would take longer than the row
                for (int d = 0; d < n; d += LANES) {
                    FloatVector.fromArray(SPECIES, x, from + d).intoArray(y, to + d);
                }
            } else {
                System.arraycopy(x, from, y, to, n);
                Arrays.fill(y, to + n, to + width, 0f);
            }
        }
    }
}
