package dev.lanewise.vector;

/**
 * Tiles with the sizes of one filter and its images as constants, which compute what they were made for
 * straight from the image. Immutable and thread-safe.
 */
interface DirectTiles {

    /** Of a filter whose shape the templates do not have, or for which the JVM made no class. */
    DirectTiles NONE = new Generic("no template for its shape");

    /** Of a filter that has too little to do. */
    DirectTiles SMALL = new Generic("little to compute");

    /**
     * Of a filter without classes of its own.
     *
     * @param reason why, for people
     */
    record Generic(String reason) implements DirectTiles {
        @Override
        public boolean rectangle(
                float[] w, float[] x, int xOff, int inW, float[] bias, int io, float floor, float[] y, int yOff,
                int outW, int oh, int ohEnd, int kh0, int kh1, int ow, int owEnd, int kw0, int kw1,
                float[] scratch) {
            return false;
        }

        @Override
        public String form() {
            return "generic tiles: " + reason;
        }
    }

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

    /** The templates and their constants, for people. */
    String form();
}
