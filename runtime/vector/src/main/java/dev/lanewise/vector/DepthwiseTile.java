package dev.lanewise.vector;

/** What the shapes of depthwise tiles are called through: a row of tiles. */
interface DepthwiseTile {

    /** Where its columns are: all inside the image, or the first at the left border, or the last at the right one. */
    int INSIDE = 0;
    int LEFT = 1;
    int RIGHT = 2;

    /** Output rows of a tile. */
    int rows();

    /** Output columns of a tile. */
    int columns();

    /**
     * Whole tiles along a row, as many as {@code pixels} columns hold, of all channels: from {@code init} the sum of
     * the taps inside the image; then what is below {@code floor} becomes that, see {@link ConvTile}.
     *
     * @param w [9, channels rounded up to whole vectors]
     * @param xo the first output's first tap, which may lie outside
     * @param init [channels] from {@code io}, or {@link Tiling#ZEROS}
     */
    void run(int pixels, float[] w, float[] x, int xo, float[] init, int io, float floor, float[] y, int yo);
}
