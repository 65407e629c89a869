package dev.lanewise.vector;

/**
 * Where a product's tile finds its rows of a: a copy of up to 12 rows × 256 columns, from index 0 of
 * the scratch array, rows a constant {@link #STRIDE} apart. That makes every address in a tile's loop
 * a register plus a constant.
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

    private Strip() {}

    /**
     * Copies rows of a to columns {@code column} … {@code column + kc} of the strip. Where the tile has
     * more rows than there are, the last one is repeated.
     *
     * @param a [rows, kc], rows {@code lda} apart
     */
    static void copy(
            float[] scratch, int rows, int tileRows, int column, int kc, float[] a, int aOff, int lda) {
        int to = column;
        for (int i = 0; i < tileRows; i++) {
            if (kc >= 16) {
                System.arraycopy(a, aOff, scratch, to, kc);
            } else {
                for (int p = 0; p < kc; p++) {
                    scratch[to + p] = a[aOff + p];
                }
            }
            to += STRIDE;
            if (i < rows - 1) {
                aOff += lda;
            }
        }
    }
}
