package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import dev.lanewise.runtime.kernel.Kernels;
import java.util.Arrays;

/**
 * A convolution over time, of any length: tiles of {@link DirectConv} straight from the sequence, but for the first and
 * the last ones, whose taps reach beyond it. What these look at is copied, with zeros where there is nothing.
 */
final class PaddedEnds extends PaddedConv {

    /** Where a copy stands in the scratch. */
    private static final int AT = PixelLine.SCRATCH_FLOATS;

    private final DirectConv tiles;
    /** Outputs of a tile. */
    private final int pixels;

    private PaddedEnds(ConvShape s, ImageSize size, DirectConv tiles) {
        super(s, size);
        this.tiles = tiles;
        this.pixels = tiles.pixels();
    }

    /** {@code null} where the scratch has no room for what a tile looks at. */
    static PaddedEnds of(ConvShape s, ImageSize size) {
        if (s.kernelH() != 1 || s.padTop() != 0) {
            return null;
        }
        DirectTiles tiles = DirectConv.of(
                withoutPadding(s), new ImageSize(1, columns(s, size), 1, size.outW()));
        if (!(tiles instanceof DirectConv direct)) {
            return null;
        }
        PaddedEnds ends = new PaddedEnds(s, size, direct);
        return (long) ends.reach(ends.pixels) * s.inChannels() > Kernels.SCRATCH_FLOATS - AT ? null : ends;
    }

    /** Inputs that so many outputs look at. */
    private int reach(int outputs) {
        return (outputs - 1) * s.strideW() + (s.kernelW() - 1) * s.dilationW() + 1;
    }

    /** A tile that reaches back would write outputs that another thread has. */
    @Override
    boolean takes(int inH, int inW, int outH, int outW, int lines) {
        return super.takes(inH, inW, outH, outW, lines) && lines >= pixels;
    }

    @Override
    void fill(float[] panels) {
        // the tiles read the panels themselves
    }

    @Override
    void lines(
            float[] panels, float[] x, int xOff, float[] bias, int io, float[] y, int yOff, int from, int to,
            float[] scratch) {
        // outputs that have all taps
        int first = Math.max(from, (s.padLeft() + s.strideW() - 1) / s.strideW());
        int room = size.inW() + s.padLeft() - reach(1);
        int end = Math.min(to, room / s.strideW() + 1);
        for (int ow = from; ow < first; ow += pixels) {
            end(panels, x, xOff, bias, io, y, yOff, Math.min(ow, to - pixels), scratch);
            first = Math.max(first, Math.min(ow + pixels, to));
        }
        if (end - first >= pixels) {
            int straight = (end - first) / pixels * pixels;
            tiles.rectangle(
                    panels, x, xOff - s.padLeft() * s.inChannels(), size.inW(), bias, io, 0f, y, yOff, size.outW(), 0,
                    1, 0, 1, first, first + straight, 0, s.kernelW(), scratch);
            first += straight;
        }
        for (int ow = first; ow < to; ow += pixels) {
            end(panels, x, xOff, bias, io, y, yOff, Math.min(ow, to - pixels), scratch);
        }
    }

    /** A tile from a copy. */
    private void end(
            float[] panels, float[] x, int xOff, float[] bias, int io, float[] y, int yOff, int ow, float[] scratch) {
        int channels = s.inChannels();
        int column = ow * s.strideW();
        int reach = reach(pixels);
        int left = Math.min(reach, Math.max(0, s.padLeft() - column));
        int until = Math.max(left, Math.min(reach, size.inW() + s.padLeft() - column));
        Arrays.fill(scratch, AT, AT + left * channels, 0f);
        if (left < until) {
            System.arraycopy(
                    x, xOff + (column + left - s.padLeft()) * channels, scratch, AT + left * channels,
                    (until - left) * channels);
        }
        Arrays.fill(scratch, AT + until * channels, AT + reach * channels, 0f);
        tiles.rectangle(
                panels, scratch, AT - column * channels, size.inW(), bias, io, 0f, y, yOff, size.outW(), 0, 1, 0, 1, ow,
                ow + pixels, 0, s.kernelW(), scratch);
    }

    @Override
    String form() {
        return tiles.form();
    }
}
