package dev.lanewise.vector;

/** What the shapes of {@link PixelTile} are called through: some output pixels × one or two vectors of channels. */
interface ConvTile {

    /** {@code floor} of a tile that stores its sums as they are: no number is below. */
    float NO_FLOOR = Float.NEGATIVE_INFINITY;

    /**
     * {@code y[pixel, o] = init[o] + Σ_q x[pixel, at[q]] · w[q, o]} over {@code first ≤ q < end} in ascending
     * order; then what is below {@code floor} becomes that (0 is ReLU).
     *
     * @param length pixels, as many as a tile has or more: tiles one after another, the last one reaching back over
     *     pixels that are done, which get the same again
     * @param at [taps] where a tap lies, from where the filter's first tap does; of a tile of some taps [2, taps],
     *     and then where its weights lie, from {@code wo}
     * @param xo the filter's first tap at the first pixel; it may lie outside the image where it is not among
     *     the taps
     * @param w a panel of the packed filter, [taps, {@link Panels#WIDTH}]
     * @param init as many floats as the tile has channels
     */
    void run(
            int length, int[] at, int first, int end, float[] x, int xo, float[] w, int wo, float[] init, int io,
            float floor, float[] y, int yo);
}
