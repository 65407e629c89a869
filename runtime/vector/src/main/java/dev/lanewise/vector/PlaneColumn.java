package dev.lanewise.vector;

/** What the shapes of {@link PlaneColumn3x3} are called through: a column of outputs, as wide as a vector. */
interface PlaneColumn {

    /** Where it is: inside the image with all its taps, or with the image's first or last column of outputs. */
    int INSIDE = 0;
    int LEFT = 1;
    int RIGHT = 2;

    /**
     * From {@code start} the sum of the taps inside the image; then what is below {@code floor} becomes that, see
     * {@link ConvTile}.
     *
     * @param rows of x, all that outputs have taps in
     * @param xo the first tap in the first of these rows, which may lie outside; rows are {@code inW} apart
     * @param w [3, 3]
     * @param yo the first output; rows are {@code outW} apart
     * @param padTop rows of padding, 0 or 1
     */
    void run(
            int rows, float[] x, int xo, int inW, float[] w, int wo, float start, float floor, float[] y, int yo,
            int outH, int outW, int padTop);
}
