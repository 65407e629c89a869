package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;

/**
 * Convolution as products: a tile is 12 output pixels in a row (or in a column, where the image is narrow) × a
 * panel of output channels. The taps of a filter's row are contiguous in an NHWC image, so that {@link Strip} is
 * filled by a few copies, once for all panels; that takes the place of an im2col matrix.
 */
final class DenseConv {

    private static final int P = Panels.WIDTH;

    /** Floats of a filter that the second cache holds beside the image. */
    static final int FILTER_BLOCK = 128 * 1024;

    private DenseConv() {}

    /**
     * Output pixels [oh, ohEnd) × [ow, owEnd), all with the same taps.
     *
     * @param init y itself where {@code accumulate}, else a bias or {@link Tiling#ZEROS}
     */
    static void rectangle(
            ConvShape s, float[] w, float[] x, int xOff, int inH, int inW,
            float[] init, int io, boolean accumulate, float[] y, int yOff, int outW,
            int oh, int ohEnd, int ow, int owEnd, float[] scratch) {
        int height = ohEnd - oh;
        int width = owEnd - ow;
        boolean down = cost(height) * width < cost(width) * height;
        int lines = down ? width : height;
        int length = down ? height : width;
        int out = s.outChannels() / s.group();
        int k = s.kernelH() * s.kernelW() * (s.inChannels() / s.group());
        int columns = Math.max(P, FILTER_BLOCK / Math.max(1, k) & -P);
        for (int g = 0; g < s.group(); g++) {
            for (int n0 = 0; n0 < out; n0 += columns) {
                int n = Math.min(columns, out - n0);
                int filter = g * Panels.floats(k, out) + Panels.offset(k, n0);
                for (int line = 0; line < lines; line++) {
                    for (int i = 0; i < length; ) {
                        int tileRows = Tiling.tileRows(length - i);
                        int rows = Math.min(tileRows, length - i);
                        int row = oh + (down ? i : line);
                        int column = ow + (down ? line : i);
                        int to = yOff + (row * outW + column) * s.outChannels() + g * out + n0;
                        int from = io + g * out + n0;
                        if (accumulate) {
                            from = to;
                        } else if (init == Tiling.ZEROS) {
                            from = 0;
                        }
                        tile(
                                s, w, filter, n, x, xOff, inH, inW, g, row, column, down,
                                rows, tileRows, init, from, accumulate, y, to, outW, scratch);
                        i += tileRows;
                    }
                }
            }
        }
    }

    /** Time of a line of pixels in units of one row of a tile; a tile itself costs about 3. */
    private static int cost(int length) {
        return length + 3 * ((length + Strip.MAX_ROWS - 1) / Strip.MAX_ROWS);
    }

    /** One strip of pixels: all taps, {@code n} output channels. */
    private static void tile(
            ConvShape s, float[] w, int filter, int n, float[] x, int xOff, int inH, int inW,
            int g, int row, int column, boolean down, int rows, int tileRows,
            float[] init, int io, boolean accumulate, float[] y, int to, int outW,
            float[] scratch) {
        int in = s.inChannels() / s.group();
        int pixel = s.inChannels();
        int panelStride = s.kernelH() * s.kernelW() * in * P;
        int xStep = down ? s.strideH() * inW * pixel : s.strideW() * pixel;
        int ldc = (down ? outW : 1) * s.outChannels();
        int kh0 = Taps.first(row, s.strideH(), s.dilationH(), s.padTop());
        int kh1 = Taps.end(row, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
        int kw0 = Taps.first(column, s.strideW(), s.dilationW(), s.padLeft());
        int kw1 = Taps.end(column, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW, kw0);
        // taps of a filter's row that are contiguous in the image are one segment
        boolean whole = s.group() == 1 && s.dilationW() == 1;
        int step = whole ? kw1 - kw0 : 1;
        int is = accumulate ? ldc : 0;
        int filled = 0;
        int start = 0;
        boolean stored = accumulate;
        for (int kh = kh0; kh < kh1; kh++) {
            int ih = row * s.strideH() + kh * s.dilationH() - s.padTop();
            for (int kw = kw0; kw < kw1; kw += step) {
                int iw = column * s.strideW() + kw * s.dilationW() - s.padLeft();
                int from = xOff + (ih * inW + iw) * pixel + g * in;
                int k = (kh * s.kernelW() + kw) * in;
                int left = step * in;
                if (filled > 0 && start + filled != k) {
                    // the filter has a gap here: taps on padding
                    flush(
                            rows, tileRows, filled, n, w, filter + start * P, panelStride,
                            init, io, is, y, to, ldc, scratch);
                    init = y;
                    io = to;
                    is = ldc;
                    stored = true;
                    filled = 0;
                }
                while (left > 0) {
                    start = filled == 0 ? k : start;
                    int length = Math.min(left, Strip.MAX_K - filled);
                    Strip.copy(scratch, rows, tileRows, filled, length, x, from, xStep);
                    filled += length;
                    from += length;
                    k += length;
                    left -= length;
                    if (filled == Strip.MAX_K) {
                        flush(
                                rows, tileRows, filled, n, w, filter + start * P, panelStride,
                                init, io, is, y, to, ldc, scratch);
                        init = y;
                        io = to;
                        is = ldc;
                        stored = true;
                        filled = 0;
                    }
                }
            }
        }
        if (filled > 0 || !stored) {
            // without any tap inside the image the bias is stored all the same
            flush(
                    rows, tileRows, filled, n, w, filter + start * P, panelStride,
                    init, io, is, y, to, ldc, scratch);
        }
    }

    private static void flush(
            int rows, int tileRows, int kc, int n, float[] w, int wOff, int panelStride,
            float[] init, int io, int is, float[] y, int yOff, int ldc, float[] scratch) {
        if (tileRows == 1) {
            Tiling.row(kc, n, scratch, 0, w, wOff, panelStride, init, io, y, yOff, scratch);
        } else {
            Tiling.strip(
                    rows, tileRows, kc, n, scratch, w, wOff, panelStride, init, io, is, y, yOff,
                    ldc);
        }
    }
}
