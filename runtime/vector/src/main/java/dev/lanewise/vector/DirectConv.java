package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Dense convolution straight from the image, without a copy of its pixels: lines of {@link PixelTile}s along
 * rows; at the borders, which have fewer columns of taps, down columns, and single pixels in the corners.
 * Borders that are little of an image, or have few pixels of many channels, are left to {@link DenseConv}.
 */
final class DirectConv implements DirectTiles {

    private static final int P = Panels.WIDTH;

    /** A longer filter spends its time in its products, whatever stands around them. */
    private static final int MOST_TAPS = 1 << 15;

    /** Borders of fewer pixels than one in so many take no time that matters. */
    private static final int BORDER_SHARE = 32;

    /**
     * Columns of taps [kw0, kw1).
     *
     * @param at see {@link ConvTile}
     */
    private record Columns(int kw0, int kw1, int[] at) {}

    private final ConvShape s;
    private final int inW;
    private final int outW;
    /** The first has all. */
    private final Columns[] columns;
    private final PixelLine along;
    /** Lines at the borders; {@code null} where these are {@link DenseConv}'s. */
    private final PixelLine down;
    private final PixelLine corner;

    private DirectConv(
            ConvShape s, ImageSize most, List<Columns> columns, PixelLine along, PixelLine down,
            PixelLine corner) {
        this.s = s;
        this.inW = most.inW();
        this.outW = most.outW();
        this.columns = columns.toArray(new Columns[0]);
        this.along = along;
        this.down = down;
        this.corner = corner;
    }

    /**
     * For images of that size; {@link DirectTiles#NONE} where there is no class to be had for it.
     *
     * @param most at the bounds of a model; filters of one row take images of any size
     */
    static DirectTiles of(ConvShape s, ImageSize most) {
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        long taps = (long) s.kernelH() * s.kernelW() * in;
        if (taps > MOST_TAPS || (long) most.inH() * most.inW() * s.inChannels() > Integer.MAX_VALUE
                || (long) most.outW() * s.outChannels() * P > Integer.MAX_VALUE) {
            return NONE;
        }
        int width = pointwise(s) ? most.outH() * most.outW() : inner(s, most);
        PixelLine along =
                width < 1 ? null : PixelLine.of(s, width, s.strideW() * s.inChannels(), s.outChannels(), false);
        if (along == null) {
            return NONE;
        }
        List<Columns> columns = new ArrayList<>();
        columns.add(columns(s, most.inW(), 0, s.kernelW()));
        PixelLine down = null;
        PixelLine corner = null;
        int height = Math.max(1, most.outH() - (s.kernelH() - 1) / s.strideH());
        if (!pointwise(s) && s.kernelH() > 1 && out <= P * 4
                && (long) (most.outW() - width) * BORDER_SHARE > most.outW()) {
            borders(s, most, columns);
            int xStep = s.strideH() * most.inW() * s.inChannels();
            down = PixelLine.of(s, height, xStep, most.outW() * s.outChannels(), true);
            corner = out <= P ? PixelLine.of(s, 1, xStep, s.outChannels(), true) : null;
        }
        return new DirectConv(s, most, columns, along, down, corner);
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

    /** Adds what columns of taps there are at the sides of an image, as long as the tables stay small. */
    private static void borders(ConvShape s, ImageSize size, List<Columns> columns) {
        int budget = MOST_TAPS;
        for (int ow = 0; ow < size.outW(); ) {
            int end = Taps.runEnd(
                    ow, size.outW(), s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), size.inW());
            int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
            int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), size.inW(), kw0);
            Columns some = columns(s, size.inW(), kw0, kw1);
            budget -= some.at.length;
            if (budget < 0) {
                return;
            }
            if (kw1 > kw0 && kw1 - kw0 < s.kernelW()) {
                columns.add(some);
            }
            ow = end;
        }
    }

    private static Columns columns(ConvShape s, int inW, int kw0, int kw1) {
        int in = s.inChannels() / s.group();
        int taps = s.kernelH() * (kw1 - kw0) * in;
        boolean gaps = kw1 - kw0 < s.kernelW();
        int[] at = new int[gaps ? 2 * taps : taps];
        int q = 0;
        for (int kh = 0; kh < s.kernelH(); kh++) {
            for (int kw = kw0; kw < kw1; kw++) {
                for (int i = 0; i < in; i++) {
                    at[q] = (kh * s.dilationH() * inW + kw * s.dilationW()) * s.inChannels() + i;
                    if (gaps) {
                        at[taps + q] = ((kh * s.kernelW() + kw) * in + i) * P;
                    }
                    q++;
                }
            }
        }
        return new Columns(kw0, kw1, at);
    }

    @Override
    public boolean rectangle(
            float[] w, float[] x, int xOff, int width, float[] bias, int io, float floor, float[] y, int yOff,
            int outWidth, int oh, int ohEnd, int kh0, int kh1, int ow, int owEnd, int kw0, int kw1,
            float[] scratch) {
        if (width != inW && s.kernelH() > 1) {
            return false;
        }
        Columns taps = find(kw0, kw1);
        PixelLine line = null;
        int length = 1;
        if (taps == columns[0] && owEnd - ow >= along.pixels()) {
            line = along;
            length = owEnd - ow;
            owEnd = ow + 1;
        } else if (taps != null && taps != columns[0]) {
            boolean high = down != null && outWidth == outW && ohEnd - oh >= down.pixels();
            line = high ? down : corner;
            length = high ? ohEnd - oh : 1;
            ohEnd = high ? oh + 1 : ohEnd;
        }
        if (line == null) {
            return false;
        }
        int out = s.outChannels() / s.group();
        int k = columns[0].at.length;
        int block = Math.max(P, DenseConv.FILTER_BLOCK / k & -P);
        for (int g = 0; g < s.group(); g++) {
            for (int n = 0; n < out; n += block) {
                for (int row = oh; row < ohEnd; row++) {
                    for (int column = ow; column < owEnd; column++) {
                        line(
                                line, length, g, n, Math.min(out, n + block), taps, kh0, kh1, row, column, w, x,
                                xOff, width, bias, io, floor, y, yOff, outWidth, scratch);
                    }
                }
            }
        }
        return true;
    }

    /** Pixels of a tile inside the image. */
    int pixels() {
        return along.pixels();
    }

    @Override
    public String form() {
        return along.form() + (down == null ? "" : "; at the sides " + down.form())
                + (corner == null ? "" : "; in corners " + corner.form());
    }

    /** {@code null} where there is no table for these. */
    private Columns find(int kw0, int kw1) {
        for (Columns some : columns) {
            if (some.kw0 == kw0 && some.kw1 == kw1) {
                return some;
            }
        }
        return null;
    }

    /** Channels [n, nEnd) of group g in the line that begins at an output pixel. */
    private void line(
            PixelLine line, int length, int g, int n, int nEnd, Columns taps, int kh0, int kh1, int row,
            int column, float[] w, float[] x, int xOff, int width, float[] bias, int io, float floor,
            float[] y, int yOff, int outWidth, float[] scratch) {
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        int k = columns[0].at.length;
        int tapRow = (taps.kw1 - taps.kw0) * in;
        int ih = row * s.strideH() - s.padTop();
        int iw = column * s.strideW() - s.padLeft();
        int xo = xOff + (ih * width + iw) * s.inChannels() + g * in;
        int yo = yOff + (row * outWidth + column) * s.outChannels() + g * out;
        line.run(
                length, n, nEnd, taps.at, kh0 * tapRow, kh1 * tapRow, x, xo, k, w,
                g * Panels.floats(k, out), bias, io + g * out, floor, y, yo, scratch);
    }
}
