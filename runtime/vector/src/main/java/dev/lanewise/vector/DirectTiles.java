package dev.lanewise.vector;

/**
 * Tiles with the sizes of one filter and its images as constants, which compute what they were made for
 * straight from the image. Immutable and thread-safe.
 */
interface DirectTiles {

    /** Of a filter without classes of its own. */
    DirectTiles NONE =
            (w, x, xOff, inW, bias, io, floor, y, yOff, outW, oh, ohEnd, kh0, kh1, ow, owEnd, kw0, kw1, scratch) ->
                    false;

    /**
     * Output pixels [oh, ohEnd) × [ow, owEnd), all with the taps [kh0, kh1) × [kw0, kw1).
     *
     * @param w the packed filter
     * @param x [inH, inW, inChannels]
     * @param bias [outChannels], or {@link Tiling#ZEROS}
     * @param floor see {@link ConvTile}
     * @param y [outH, outW, outChannels]
     * @return whether it did them; if not, nothing was written
     */
    boolean rectangle(
            float[] w, float[] x, int xOff, int inW, float[] bias, int io, float floor, float[] y, int yOff,
            int outW, int oh, int ohEnd, int kh0, int kh1, int ow, int owEnd, int kw0, int kw1, float[] scratch);
}
