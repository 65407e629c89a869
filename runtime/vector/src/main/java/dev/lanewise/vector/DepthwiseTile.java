package dev.lanewise.vector;

/** What the shapes of depthwise tiles are called through: a row of tiles of outputs × a vector of channels. */
interface DepthwiseTile {

    /** Output rows of a tile. */
    int rows();

    /** Output columns of a tile. */
    int columns();

    /**
     * Whole tiles along a row, as many as {@code pixels} columns hold: from {@code init} the sum of nine taps;
     * then what is below {@code floor} becomes that, see {@link ConvTile}.
     *
     * @param w [9, ldw]
     * @param xo the first output's first tap
     * @param init a vector of channels
     */
    void run(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, float[] init, int io, float floor,
            float[] y, int yo);
}
