package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.LayoutKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layouts by the vector API: squares of 4 × 4 in four short vectors, whatever the machine's width, since
 * longer ones would have to be taken apart to be stored. Immutable and thread-safe; allocates nothing.
 */
public final class VectorLayout implements LayoutKernels {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_128;

    private static final VectorShuffle<Float> INTERLEAVE_LOW = VectorShuffle.fromValues(S, 0, 4, 1, 5);
    private static final VectorShuffle<Float> INTERLEAVE_HIGH = VectorShuffle.fromValues(S, 2, 6, 3, 7);
    private static final VectorShuffle<Float> LOW_HALVES = VectorShuffle.fromValues(S, 0, 1, 4, 5);
    private static final VectorShuffle<Float> HIGH_HALVES = VectorShuffle.fromValues(S, 2, 3, 6, 7);

    /** Columns of x that are finished together: as many streams into y, few enough for one set of a cache. */
    private static final int STREAMS = 8;

    /**
     * Columns of x in groups, and of each all rows, four by four from the last to the first. Where their
     * number is no multiple of four the last store of a row of y reaches into the next row, whose beginning
     * is stored later.
     */
    @Override
    public void transpose(
            int rows, int columns, float[] x, int xOff, int ldx, float[] y, int yOff, int ldy) {
        // the last rows of y are done one by one, since what reaches beyond them is not stored again
        int whole = rows % 4 == 0 ? columns & -4 : (columns - 1) & -4;
        if (rows < 3 || rows % 4 != 0 && ldy != rows) {
            whole = 0; // nothing may be stored between the rows of y
        }
        int group = rows <= 4 ? whole : STREAMS; // few rows are one stream into y, whatever the columns
        for (int j = 0; j < whole; j += group) {
            int end = Math.min(whole, j + group);
            for (int i = (rows - 1) & -4; i >= 0; i -= 4) {
                int last = rows - 1 - i; // of the four; those behind it repeat it
                int r1 = Math.min(1, last) * ldx;
                int r2 = Math.min(2, last) * ldx;
                int r3 = Math.min(3, last) * ldx;
                squares((end - j) / 4, x, xOff + i * ldx + j, r1, r2, r3, y, yOff + j * ldy + i, ldy);
            }
        }
        for (int i = 0; i < rows; i++) {
            for (int j = whole; j < columns; j++) {
                y[yOff + j * ldy + i] = x[xOff + i * ldx + j];
            }
        }
    }

    /** Four rows of x, {@code r1}, {@code r2} and {@code r3} from the first, to four columns of y. */
    private static void squares(
            int n, float[] x, int xo, int r1, int r2, int r3, float[] y, int yo, int ldy) {
        for (int k = 0; k < n; k++) {
            FloatVector a = FloatVector.fromArray(S, x, xo);
            FloatVector b = FloatVector.fromArray(S, x, xo + r1);
            FloatVector c = FloatVector.fromArray(S, x, xo + r2);
            FloatVector d = FloatVector.fromArray(S, x, xo + r3);
            FloatVector ab = a.rearrange(INTERLEAVE_LOW, b);
            FloatVector cd = c.rearrange(INTERLEAVE_LOW, d);
            ab.rearrange(LOW_HALVES, cd).intoArray(y, yo);
            ab.rearrange(HIGH_HALVES, cd).intoArray(y, yo + ldy);
            ab = a.rearrange(INTERLEAVE_HIGH, b);
            cd = c.rearrange(INTERLEAVE_HIGH, d);
            ab.rearrange(LOW_HALVES, cd).intoArray(y, yo + 2 * ldy);
            ab.rearrange(HIGH_HALVES, cd).intoArray(y, yo + 3 * ldy);
            xo += 4;
            yo += 4 * ldy;
        }
    }
}
