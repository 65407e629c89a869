package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import java.lang.invoke.MethodHandles;

/**
 * Dense convolution straight from the image, without a copy of its pixels: tiles of {@link PixelTile} with
 * this filter's strides as constants. For outputs that have all columns of taps; what is left, the borders
 * at the sides, is {@link DenseConv}'s. Immutable and thread-safe.
 */
final class DirectConv {

    private static final int P = Panels.WIDTH;
    private static final int L = Lanes.LANES;

    /** A longer filter spends its time in its products, whatever stands around them. */
    private static final int MOST_TAPS = 1 << 15;

    /** Where in the scratch the tile of the last channels stands, and behind it their bias. */
    private static final int STAGE = 0;
    private static final int BIAS = STAGE + 12 * P;

    private final ConvShape s;
    private final int inW;
    private final int pixels;
    /** [kernelH · kernelW · in] from an output's first tap. */
    private final int[] at;
    /** Whole panels of channels; {@code null} where there are fewer. */
    private final ConvTile whole;
    /** Channels behind the last whole panel, by way of a stage where they end within a vector. */
    private final ConvTile rest;
    private final int restChannels;
    private final boolean staged;

    private DirectConv(ConvShape s, int inW, int pixels, int[] at, ConvTile whole, ConvTile rest) {
        this.s = s;
        this.inW = inW;
        this.pixels = pixels;
        this.at = at;
        this.whole = whole;
        this.rest = rest;
        this.restChannels = s.outChannels() / s.group() % P;
        this.staged = restChannels % L != 0;
    }

    /**
     * For images of that size; {@code null} where there is no class to be had for it.
     *
     * @param most at the bounds of a model; filters of one row take images of any size
     */
    static DirectConv of(ConvShape s, ImageSize most) {
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        long taps = (long) s.kernelH() * s.kernelW() * in;
        if (taps > MOST_TAPS || (long) most.inH() * most.inW() * s.inChannels() > Integer.MAX_VALUE) {
            return null;
        }
        int width = pointwise(s) ? most.outH() * most.outW() : inner(s, most);
        if (width < 1) {
            return null;
        }
        int channels = out % P;
        int vectors = channels > L ? 2 : 1;
        int mostPixels = Lanes.MANY_REGISTERS || out <= L ? 12 : 6;
        int tiles = (width + mostPixels - 1) / mostPixels;
        int pixels = (width + tiles - 1) / tiles;
        int step = s.strideW() * s.inChannels();
        ConvTile whole = out < P ? null : tile(pixels, 2, step, s.outChannels());
        ConvTile rest = channels == 0
                ? null
                : tile(pixels, vectors, step, channels % L == 0 ? s.outChannels() : vectors * L);
        if (whole == null && out >= P || rest == null && channels > 0) {
            return null;
        }
        return new DirectConv(s, most.inW(), pixels, table(s, most.inW()), whole, rest);
    }

    private static ConvTile tile(int pixels, int vectors, int step, int ldc) {
        return Shaped.of(MethodHandles.lookup(), PixelTile.class, ConvTile.class, pixels, vectors, step, ldc);
    }

    /** Whether rows of pixels follow each other in memory as those of one long row do. */
    static boolean pointwise(ConvShape s) {
        return s.kernelH() * s.kernelW() == 1 && s.strideH() * s.strideW() == 1 && s.padTop() == 0
                && s.padLeft() == 0;
    }

    /** Outputs of a row that have all columns of taps. */
    private static int inner(ConvShape s, ImageSize size) {
        int most = 0;
        for (int ow = 0; ow < size.outW(); ) {
            int end = Taps.runEnd(
                    ow, size.outW(), s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), size.inW());
            int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
            int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), size.inW(), kw0);
            if (kw1 - kw0 == s.kernelW()) {
                most = Math.max(most, end - ow);
            }
            ow = end;
        }
        return most;
    }

    private static int[] table(ConvShape s, int inW) {
        int in = s.inChannels() / s.group();
        int[] at = new int[s.kernelH() * s.kernelW() * in];
        int q = 0;
        for (int kh = 0; kh < s.kernelH(); kh++) {
            for (int kw = 0; kw < s.kernelW(); kw++) {
                for (int i = 0; i < in; i++) {
                    at[q++] = (kh * s.dilationH() * inW + kw * s.dilationW()) * s.inChannels() + i;
                }
            }
        }
        return at;
    }

    /** Whether it does outputs [ow, owEnd) of an image of that width. */
    boolean takes(int width, int ow, int owEnd) {
        if (width != inW && s.kernelH() > 1 || owEnd - ow < pixels) {
            return false;
        }
        int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
        return kw0 == 0
                && Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), width, kw0) == s.kernelW();
    }

    /**
     * Output pixels [oh, ohEnd) × [ow, owEnd), all with the same taps, whose rows are {@code kh0} to {@code
     * kh1}. The last tile of a row reaches back over pixels that are done, and gives them the same again.
     *
     * @param floor see {@link ConvTile}
     */
    void rectangle(
            float[] w, float[] x, int xOff, int width, float[] bias, int biasOff, float floor, float[] y,
            int yOff, int outW, int oh, int ohEnd, int kh0, int kh1, int ow, int owEnd, float[] scratch) {
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        int k = at.length;
        int row = s.kernelW() * in;
        int columns = Math.max(P, DenseConv.FILTER_BLOCK / k & -P);
        for (int g = 0; g < s.group(); g++) {
            int filter = g * Panels.floats(k, out);
            for (int n0 = 0; n0 < out; n0 += columns) {
                int end = Math.min(out, n0 + columns);
                for (int line = oh; line < ohEnd; line++) {
                    int ih = line * s.strideH() - s.padTop();
                    for (int n = n0; n < end; n += P) {
                        for (int i = ow; i < owEnd; i += pixels) {
                            int column = Math.min(i, owEnd - pixels);
                            int iw = column * s.strideW() - s.padLeft();
                            int from = xOff + (ih * width + iw) * s.inChannels() + g * in;
                            int to = yOff + (line * outW + column) * s.outChannels() + g * out + n;
                            int init = bias == Tiling.ZEROS ? 0 : biasOff + g * out + n;
                            int wo = filter + Panels.offset(k, n);
                            if (end - n >= P) {
                                whole.run(
                                        at, kh0 * row, kh1 * row, x, from, w, wo, bias, init, floor, y, to);
                            } else if (!staged) {
                                rest.run(
                                        at, kh0 * row, kh1 * row, x, from, w, wo, bias, init, floor, y, to);
                            } else {
                                staged(
                                        kh0 * row, kh1 * row, x, from, w, wo, bias, init, floor, y, to, scratch);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Channels that end within a vector: the tile must not store the others, which are the next pixel's. */
    private void staged(
            int first, int end, float[] x, int xo, float[] w, int wo, float[] bias, int io, float floor,
            float[] y, int yo, float[] scratch) {
        System.arraycopy(bias, io, scratch, BIAS, restChannels);
        rest.run(at, first, end, x, xo, w, wo, scratch, BIAS, floor, scratch, STAGE);
        int ldc = restChannels > L ? P : L;
        for (int i = 0; i < pixels; i++) {
            int from = STAGE + i * ldc;
            int to = yo + i * s.outChannels();
            for (int j = 0; j < restChannels; j++) {
                y[to + j] = scratch[from + j];
            }
        }
    }

    /** For people. */
    @Override
    public String toString() {
        return "straight from the image, shaped: tiles of " + pixels + " pixels";
    }
}
