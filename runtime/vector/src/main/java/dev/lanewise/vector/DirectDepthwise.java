package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import java.lang.invoke.MethodHandles;

/**
 * Depthwise filters of 3 × 3 taps inside the image: tiles of neighbouring outputs with this image's strides
 * as constants. The borders are {@link DepthwiseConv}'s. Immutable and thread-safe.
 */
final class DirectDepthwise implements DirectTiles {

    private static final int L = Lanes.LANES;

    private final int channels;
    private final int padTop;
    private final int padLeft;
    private final int inW;
    private final int outW;
    private final DepthwiseTile tile;

    private DirectDepthwise(ConvShape s, ImageSize most, DepthwiseTile tile) {
        this.channels = s.outChannels();
        this.padTop = s.padTop();
        this.padLeft = s.padLeft();
        this.inW = most.inW();
        this.outW = most.outW();
        this.tile = tile;
    }

    /** For images of that width; {@link DirectTiles#NONE} where there is no class to be had for it. */
    static DirectTiles of(ConvShape s, ImageSize most) {
        int channels = s.outChannels();
        if (s.kernelH() != 3 || s.kernelW() != 3 || s.strideH() * s.strideW() != 1
                || s.dilationH() * s.dilationW() != 1 || channels < L
                || 8L * Math.max(most.inW(), most.outW()) * channels > Integer.MAX_VALUE) {
            return NONE;
        }
        DepthwiseTile tile = Shaped.of(
                MethodHandles.lookup(), DepthwiseTile4x2.class, DepthwiseTile.class,
                channels, most.inW() * channels, most.outW() * channels);
        return tile == null ? NONE : new DirectDepthwise(s, most, tile);
    }

    @Override
    public String form() {
        return Shaped.name(tile);
    }

    /**
     * What is left of a row, a column or the channels belongs to a tile that reaches back over outputs that are
     * done, and gives them the same again.
     */
    @Override
    public boolean rectangle(
            float[] w, float[] x, int xOff, int width, float[] bias, int io, float floor, float[] y, int yOff,
            int outWidth, int oh, int ohEnd, int kh0, int kh1, int ow, int owEnd, int kw0, int kw1,
            float[] scratch) {
        int rows = tile.rows();
        int columns = tile.columns();
        boolean takes = (kh1 - kh0) * (kw1 - kw0) == 9 && width == inW && outWidth == outW
                && ohEnd - oh >= rows && owEnd - ow >= columns;
        if (!takes) {
            return false;
        }
        int ldw = Lanes.roundUp(channels, L);
        int whole = (owEnd - ow) / columns * columns;
        int last = (owEnd - ow - columns) * channels;
        for (int row = oh; row < ohEnd; row += rows) {
            int at = Math.min(row, ohEnd - rows);
            int xo = xOff + ((at - padTop) * inW + ow - padLeft) * channels;
            int yo = yOff + (at * outW + ow) * channels;
            for (int c = 0; c < channels; c += L) {
                int channel = Math.min(c, channels - L);
                int init = bias == Tiling.ZEROS ? 0 : io + channel;
                tile.run(whole, w, channel, ldw, x, xo + channel, bias, init, floor, y, yo + channel);
                if (whole < owEnd - ow) {
                    tile.run(
                            columns, w, channel, ldw, x, xo + last + channel, bias, init, floor, y,
                            yo + last + channel);
                }
            }
        }
        return true;
    }
}
