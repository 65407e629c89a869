package dev.lanewise.vector;

/** What the shapes of {@link PixelTile} are called through: some output pixels × one or two vectors of channels. */
interface ConvTile {

    /** {@code floor} of a tile that stores its sums as they are: no number is at most this. */
    float NO_FLOOR = Float.NaN;

    /**
     * {@code y[pixel, o] = init[o] + Σ_q x[pixel, at[q]] · w[q, o]} over {@code first ≤ q < end} in ascending
     * order; then what is at most {@code floor} becomes 0 ({@code floor} 0 is ReLU).
     *
     * @param at [taps] where a tap lies, from the first pixel's first tap
     * @param xo the first pixel's first tap, which may lie outside the image where it is not among the taps
     * @param w a panel of the packed filter, [taps, {@link Panels#WIDTH}]
     * @param init as many floats as the tile has channels
     */
    void run(
            int[] at, int first, int end, float[] x, int xo, float[] w, int wo, float[] init, int io,
            float floor, float[] y, int yo);
}
