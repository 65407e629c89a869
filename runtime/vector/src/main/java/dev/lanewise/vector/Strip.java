package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Where a product's tile finds its rows of a: a copy of up to 12 rows × 256 columns, from index 0
 * of the scratch array, rows a constant {@link #STRIDE} apart. That makes every address in a tile's
 * loop a register plus a constant.
 *
 * <p>256 steps of k at once: 12 rows take 12 KB and a panel of b 32 KB, together they fit the first
 * cache. The stride of 272 keeps rows from falling on the same cache sets.
 *
 * <p>Behind the strip lies the stage: a tile's worth of c, for tiles that hang over the edge of the
 * real one.
 */
final class Strip {

    static final int MAX_K = 256;

    static final int STRIDE = 272;

    static final int MAX_ROWS = 12;

    /** Index of the stage in the scratch array; 768 floats at most. */
    static final int STAGE = MAX_ROWS * STRIDE;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    /** Up to here a loop beats a call of arraycopy. */
    private static final int SHORT = 64;

    private Strip() {}

    /**
     * Copies rows of a to columns {@code column} … {@code column + kc} of the strip. Where the tile
     * has more rows than there are, the last one is repeated.
     *
     * @param a [rows, kc], rows {@code lda} apart
     */
    static void copy(
            float[] scratch, int rows, int tileRows, int column, int kc, float[] a, int aOff,
            int lda) {
        int whole = Lanes.roundUp(kc, L);
        int last = aOff + (rows - 1) * lda;
        if (kc <= SHORT && last + whole <= a.length) {
            copyVectors(scratch, rows, tileRows, column, whole, a, aOff, lda);
            return;
        }
        int to = column;
        for (int i = 0; i < tileRows; i++) {
            System.arraycopy(a, Math.min(aOff + i * lda, last), scratch, to, kc);
            to += STRIDE;
        }
    }

    /**
     * Makes columns of a to rows of the strip. What a tile has beyond {@code rows} is left as it was, and what comes
     * of it is not used.
     *
     * @param a [kc, rows], rows {@code lda} apart
     */
    static void transpose(float[] scratch, int rows, int kc, float[] a, int aOff, int lda) {
        VectorTranspose.columns(a, aOff, lda, kc, rows, scratch, 0, STRIDE);
    }

    /**
     * Whole vectors: what they carry over the end of a row is overwritten by the next columns, or
     * lies in the 16 floats between 256 and the stride. Short rows are what images of few channels
     * have, and there copying is most of the work.
     */
    private static void copyVectors(
            float[] scratch, int rows, int tileRows, int column, int whole, float[] a, int aOff,
            int lda) {
        int last = aOff + (rows - 1) * lda;
        if (whole == L) {
            for (int i = 0; i < tileRows; i++) {
                FloatVector.fromArray(S, a, Math.min(aOff + i * lda, last))
                        .intoArray(scratch, column + i * STRIDE);
            }
            return;
        }
        for (int i = 0; i < tileRows; i++) {
            int from = Math.min(aOff + i * lda, last);
            int to = column + i * STRIDE;
            for (int p = 0; p < whole; p += L) {
                FloatVector.fromArray(S, a, from + p).intoArray(scratch, to + p);
            }
        }
    }
}
