package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;

/**
 * Depthwise convolution: channels in lanes. The image falls into rectangles of equal {@link Taps};
 * in each, filters of 3 × 3 go to {@link DepthwiseTiles} and {@link DepthwiseThree}, others to
 * {@link DepthwiseAny}. Channels that do not fill a vector belong to one that reaches back over
 * channels already done.
 *
 * <p>Packed form: [kernelH · kernelW, C], C rounded up to whole vectors.
 */
final class DepthwiseConv {

    private static final int L = Lanes.LANES;

    private DepthwiseConv() {}

    static float[] pack(ConvShape s, float[] w, int wOff) {
        int taps = s.kernelH() * s.kernelW();
        int ldw = Lanes.roundUp(s.outChannels(), L);
        float[] packed = new float[Math.multiplyExact(taps, ldw)];
        for (int channel = 0; channel < s.outChannels(); channel++) {
            for (int tap = 0; tap < taps; tap++) {
                packed[tap * ldw + channel] = w[wOff + channel * taps + tap];
            }
        }
        return packed;
    }

    /**
     * Output pixels [firstRow, endRow) × [firstColumn, endColumn).
     *
     * @param init y itself where {@code accumulate}, else a bias or {@link Tiling#ZEROS}
     */
    static void conv(
            ConvShape s, float[] w, float[] x, int xOff, int inH, int inW,
            float[] init, int io, boolean accumulate, float[] y, int yOff, int outW,
            int firstRow, int endRow, int firstColumn, int endColumn) {
        int channels = s.outChannels();
        for (int oh = firstRow; oh < endRow; ) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ohEnd =
                    Taps.runEnd(
                            oh, endRow, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            for (int ow = firstColumn; ow < endColumn; ) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 =
                        Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW,
                        kw0);
                int owEnd =
                        Taps.runEnd(
                                ow, endColumn, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(),
                                inW);
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                int to = yOff + (oh * outW + ow) * channels;
                rectangle(
                        s, w, kh0, kh1 - kh0, kw0, kw1 - kw0, x,
                        xOff + (ih * inW + iw) * channels, inW, init, accumulate ? to : io,
                        accumulate, y, to, outW, ohEnd - oh, owEnd - ow);
                ow = owEnd;
            }
            oh = ohEnd;
        }
    }

    /**
     * Output pixels of equal taps: {@code height} × {@code width} of them, from {@code to} in y;
     * their {@code taps} from (kh0, kw0), the first pixel's first tap at {@code from} in x.
     */
    private static void rectangle(
            ConvShape s, float[] w, int kh0, int tapRows, int kw0, int tapColumns,
            float[] x, int from, int inW, float[] init, int io, boolean accumulate,
            float[] y, int to, int outW, int height, int width) {
        int channels = s.outChannels();
        int xDown = s.strideH() * inW * channels;
        int xRight = s.strideW() * channels;
        int yDown = outW * channels;
        // lines of three and more taps run along the longer side
        boolean down = height > width;
        int lines = down ? width : height;
        int pixels = down ? height : width;
        int xLine = down ? xRight : xDown;
        int xPixel = down ? xDown : xRight;
        int yLine = down ? channels : yDown;
        int yPixel = down ? yDown : channels;
        int ldw = Lanes.roundUp(channels, L);
        int tap = (kh0 * s.kernelW() + kw0) * ldw;
        boolean three = s.kernelH() == 3 && s.kernelW() == 3 && tapRows * tapColumns >= 6;
        boolean dense =
                tapRows * tapColumns == 9
                        && s.strideH() * s.strideW() * s.dilationH() * s.dilationW() == 1;
        for (int line = 0; line < lines; ) {
            int x0 = from + line * xLine;
            int y0 = to + line * yLine;
            int i0 = accumulate ? io + line * yLine : io;
            int is = accumulate ? yPixel : 0;
            int channel = 0;
            if (three) {
                int side = dense && line < lines - 1 ? 2 : 1;
                boolean reachBack = channels >= L && !accumulate;
                for (; channel < channels && (reachBack || channel <= channels - L); channel += L) {
                    int at = Math.min(channel, channels - L);
                    int first = init == Tiling.ZEROS ? 0 : i0 + at;
                    int done = 0;
                    if (side == 2) {
                        done =
                                pair(
                                        down, pixels, w, tap + at, ldw, x, x0 + at,
                                        xDown, xRight, init, first, accumulate, y, y0 + at,
                                        yDown, channels);
                    }
                    for (int l = 0; l < side; l++) {
                        threes(
                                s, w, tap + at, tapRows, tapColumns, pixels - done,
                                x, x0 + l * xLine + done * xPixel + at, inW, xPixel,
                                init, first + (accumulate ? l * yLine : 0) + done * is, is,
                                y, y0 + l * yLine + done * yPixel + at, yPixel);
                    }
                }
                for (int p = 0; p < side * pixels && channel < channels; p++) {
                    int l = p / pixels;
                    int i = p - l * pixels;
                    DepthwiseAny.pixel(
                            s, tapRows, tapColumns, w, tap, channel, x, x0 + l * xLine + i * xPixel,
                            inW, init, i0 + (accumulate ? l * yLine : 0) + i * is,
                            y, y0 + l * yLine + i * yPixel);
                }
                line += side;
                continue;
            }
            line++;
            for (int p = 0; p < pixels; ) {
                boolean four = p <= pixels - 4;
                int end = four ? p + 4 : p + 1;
                channel = 0;
                for (; four && channel <= channels - 2 * L; channel += 2 * L) {
                    DepthwiseAny.fourPixels(
                            s, tapRows, tapColumns, w, tap + channel,
                            x, x0 + p * xPixel + channel, xPixel, inW,
                            init, init == Tiling.ZEROS ? 0 : i0 + p * is + channel, is,
                            y, y0 + p * yPixel + channel, yPixel);
                }
                for (; p < end; p++) {
                    DepthwiseAny.pixel(
                            s, tapRows, tapColumns, w, tap, channel, x, x0 + p * xPixel, inW,
                            init, i0 + p * is, y, y0 + p * yPixel);
                }
            }
        }
    }

    /** Two lines at once; returns how many of their pixels were done. */
    private static int pair(
            boolean down, int pixels, float[] w, int wo, int ldw, float[] x, int xo,
            int xDown, int xRight, float[] init, int io, boolean accumulate,
            float[] y, int yo, int yDown, int yRight) {
        int iDown = accumulate ? yDown : 0;
        int iRight = accumulate ? yRight : 0;
        return down
                ? DepthwiseTiles.tiles4x2(
                        pixels, w, wo, ldw, x, xo, xDown, xRight, init, io, iDown, iRight,
                        y, yo, yDown, yRight)
                : DepthwiseTiles.tiles2x4(
                        pixels, w, wo, ldw, x, xo, xDown, xRight, init, io, iDown, iRight,
                        y, yo, yDown, yRight);
    }

    private static void threes(
            ConvShape s, float[] w, int wo, int tapRows, int tapColumns, int pixels,
            float[] x, int xo, int inW, int xStep, float[] init, int io, int is,
            float[] y, int yo, int yStep) {
        int channels = s.outChannels();
        int ldw = Lanes.roundUp(channels, L);
        int down = s.dilationH() * inW * channels;
        int right = s.dilationW() * channels;
        if (tapRows * tapColumns == 6) {
            DepthwiseThree.six(
                    pixels, tapColumns, w, wo, ldw, x, xo, down, right, xStep,
                    init, io, is, y, yo, yStep);
        } else {
            DepthwiseThree.nine(
                    pixels, w, wo, ldw, x, xo, down, right, xStep, init, io, is, y, yo, yStep);
        }
    }
}
