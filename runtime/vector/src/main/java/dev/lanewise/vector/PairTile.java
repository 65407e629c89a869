package dev.lanewise.vector;

/** What the shapes of {@link PairTile7x5} are called through: some pairs of output pixels, two to a vector. */
interface PairTile {

    /** Taps of a row, at most. */
    int MOST_TAPS = 5;

    /** Pixels, at most. */
    int MOST_PIXELS = 14;

    /**
     * {@code y[pixel, o] = max(0, bias[o] + Σ_kh Σ_kw x[kh, pixel + kw] · w[kh, kw, o])} over {@code first ≤ kh < end}
     * in ascending order, by fused multiply-add.
     *
     * @param length pixels, see {@link ConvTile}
     * @param scratch x from {@code xo}, [kernelH, columns, channels], all channels of a pixel the same; from {@code bo}
     *     the biases [2, channels], twice the same
     * @param w [kernelH, kernelW, 2, channels], twice the same
     * @param y [pixels, channels]
     */
    void run(int length, int first, int end, float[] scratch, int xo, float[] w, int bo, float[] y, int yo);
}
