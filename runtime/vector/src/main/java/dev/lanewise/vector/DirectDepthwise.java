package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import java.lang.invoke.MethodHandles;

/**
 * Depthwise filters of 3 × 3 taps between the upper and the lower border of an image: tiles of neighbouring outputs
 * with this image's strides as constants. The other borders are {@link DepthwiseConv}'s. Immutable and thread-safe.
 */
final class DirectDepthwise implements DirectTiles {

    private static final int L = Lanes.LANES;

    private final int channels;
    private final int padTop;
    private final int padLeft;
    private final int inW;
    private final int outW;
    private final DepthwiseTile inside;
    private final DepthwiseTile left;
    private final DepthwiseTile right;

    private DirectDepthwise(
            ConvShape s, ImageSize most, DepthwiseTile inside, DepthwiseTile left, DepthwiseTile right) {
        this.channels = s.outChannels();
        this.padTop = s.padTop();
        this.padLeft = s.padLeft();
        this.inW = most.inW();
        this.outW = most.outW();
        this.inside = inside;
        this.left = left;
        this.right = right;
    }

    /** For images of that width; {@link DirectTiles#NONE} where there is no class to be had for it. */
    static DirectTiles of(ConvShape s, ImageSize most) {
        if (s.kernelH() != 3 || s.kernelW() != 3 || s.strideH() * s.strideW() != 1
                || s.dilationH() * s.dilationW() != 1 || s.outChannels() < L
                || 8L * Math.max(most.inW(), most.outW()) * s.outChannels() > Integer.MAX_VALUE) {
            return NONE;
        }
        DepthwiseTile inside = tile(s, most, DepthwiseTile.INSIDE);
        DepthwiseTile left = tile(s, most, DepthwiseTile.LEFT);
        DepthwiseTile right = tile(s, most, DepthwiseTile.RIGHT);
        return inside == null || left == null || right == null
                ? NONE
                : new DirectDepthwise(s, most, inside, left, right);
    }

    private static DepthwiseTile tile(ConvShape s, ImageSize most, int side) {
        int channels = s.outChannels();
        return Shaped.of(
                MethodHandles.lookup(), DepthwiseTile4x2.class, DepthwiseTile.class,
                channels, most.inW() * channels, most.outW() * channels, side);
    }

    @Override
    public String form() {
        return Shaped.name(inside);
    }

    /**
     * What is left of a row or a column belongs to a tile that reaches back over outputs that are done, and gives them
     * the same again; a tile at a side reaches into the inside.
     */
    @Override
    public boolean rectangle(
            float[] w, float[] x, int xOff, int width, float[] bias, int io, float floor, float[] y, int yOff,
            int outWidth, int oh, int ohEnd, int kh0, int kh1, int ow, int owEnd, int kw0, int kw1,
            float[] scratch) {
        int rows = inside.rows();
        int columns = inside.columns();
        if (kh1 - kh0 != 3 || width != inW || outWidth != outW || ohEnd - oh < rows) {
            return false;
        }
        if (kw1 - kw0 == 3 && owEnd - ow >= columns) {
            tiles(inside, w, x, xOff, bias, io, floor, y, yOff, oh, ohEnd, ow, owEnd);
        } else if (kw0 == 1 && kw1 == 3 && ow == 0 && inside(1)) {
            tiles(left, w, x, xOff, bias, io, floor, y, yOff, oh, ohEnd, 0, columns);
        } else if (kw0 == 0 && kw1 == 2 && owEnd == ow + 1 && inside(ow - 1)) {
            tiles(right, w, x, xOff, bias, io, floor, y, yOff, oh, ohEnd, owEnd - columns, owEnd);
        } else {
            return false;
        }
        return true;
    }

    /** Whether a column of the output is one, and has all its taps. */
    private boolean inside(int column) {
        return column >= padLeft && column < outW && column - padLeft + 3 <= inW;
    }

    private void tiles(
            DepthwiseTile tile, float[] w, float[] x, int xOff, float[] bias, int io, float floor, float[] y, int yOff,
            int oh, int ohEnd, int ow, int owEnd) {
        int rows = tile.rows();
        int columns = tile.columns();
        int whole = (owEnd - ow) / columns * columns;
        int last = (owEnd - ow - columns) * channels;
        for (int row = oh; row < ohEnd; row += rows) {
            int at = Math.min(row, ohEnd - rows);
            int xo = xOff + ((at - padTop) * inW + ow - padLeft) * channels;
            int yo = yOff + (at * outW + ow) * channels;
            tile.run(whole, w, x, xo, bias, io, floor, y, yo);
            if (whole < owEnd - ow) {
                tile.run(columns, w, x, xo + last, bias, io, floor, y, yo + last);
            }
        }
    }
}
