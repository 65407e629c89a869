package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;

/**
 * Depthwise convolution: channels in lanes. Pixels of 3 × 3 taps go to {@link DepthwiseThree}, others to {@link
 * DepthwiseAny}. Channels that do not fill a vector belong to one that reaches back over channels already done.
 *
 * <p>Packed form: [kernelH · kernelW, C], C rounded up to whole vectors.
 */
final class DepthwiseConv {

    private static final int L = Lanes.LANES;

    private DepthwiseConv() {}

    /** Floats of the packed form. */
    static int floats(ConvShape s) {
        return Math.multiplyExact(s.kernelH() * s.kernelW(), Lanes.roundUp(s.outChannels(), L));
    }

    /** @param channelStride from a channel's taps to the next one's */
    static void pack(ConvShape s, float[] w, int wOff, int channelStride, float[] packed) {
        int taps = s.kernelH() * s.kernelW();
        int ldw = Lanes.roundUp(s.outChannels(), L);
        for (int channel = 0; channel < s.outChannels(); channel++) {
            for (int tap = 0; tap < taps; tap++) {
                packed[tap * ldw + channel] = w[wOff + channel * channelStride + tap];
            }
        }
    }

    /**
     * Output pixels [oh, ohEnd) × [ow, owEnd), all with the taps [kh0, kh1) × [kw0, kw1).
     *
     * @param init y itself where {@code accumulate}, else a bias or {@link Tiling#ZEROS}
     */
    static void rectangle(
            ConvShape s, float[] w, float[] x, int xOff, int inW, float[] init, int initOff,
            boolean accumulate, float floor, float[] y, int yOff, int outW, int oh, int ohEnd, int kh0, int kh1,
            int ow, int owEnd, int kw0, int kw1) {
        int tapRows = kh1 - kh0;
        int tapColumns = kw1 - kw0;
        int height = ohEnd - oh;
        int width = owEnd - ow;
        int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
        int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
        int from = xOff + (ih * inW + iw) * s.outChannels();
        int to = yOff + (oh * outW + ow) * s.outChannels();
        int io = accumulate ? to : initOff;
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
        for (int line = 0; line < lines; line++) {
            int x0 = from + line * xLine;
            int y0 = to + line * yLine;
            int i0 = accumulate ? io + line * yLine : io;
            int is = accumulate ? yPixel : 0;
            int channel = 0;
            if (three) {
                boolean reachBack = channels >= L && !accumulate;
                for (; channel < channels && (reachBack || channel <= channels - L); channel += L) {
                    int at = Math.min(channel, channels - L);
                    int first = init == Tiling.ZEROS ? 0 : i0 + at;
                    threes(
                            s, w, tap + at, tapRows, tapColumns, pixels, x, x0 + at, inW, xPixel,
                            init, first, is, floor, y, y0 + at, yPixel);
                }
                for (int p = 0; p < pixels && channel < channels; p++) {
                    DepthwiseAny.pixel(
                            s, tapRows, tapColumns, w, tap, channel, x, x0 + p * xPixel,
                            inW, init, i0 + p * is, floor, y, y0 + p * yPixel);
                }
                continue;
            }
            for (int p = 0; p < pixels; ) {
                boolean four = p <= pixels - 4;
                int end = four ? p + 4 : p + 1;
                channel = 0;
                for (; four && channel <= channels - 2 * L; channel += 2 * L) {
                    DepthwiseAny.fourPixels(
                            s, tapRows, tapColumns, w, tap + channel,
                            x, x0 + p * xPixel + channel, xPixel, inW,
                            init, init == Tiling.ZEROS ? 0 : i0 + p * is + channel, is, floor,
                            y, y0 + p * yPixel + channel, yPixel);
                }
                for (; p < end; p++) {
                    DepthwiseAny.pixel(
                            s, tapRows, tapColumns, w, tap, channel, x, x0 + p * xPixel, inW,
                            init, i0 + p * is, floor, y, y0 + p * yPixel);
                }
            }
        }
    }

    private static void threes(
            ConvShape s, float[] w, int wo, int tapRows, int tapColumns, int pixels,
            float[] x, int xo, int inW, int xStep, float[] init, int io, int is, float floor,
            float[] y, int yo, int yStep) {
        int channels = s.outChannels();
        int ldw = Lanes.roundUp(channels, L);
        int down = s.dilationH() * inW * channels;
        int right = s.dilationW() * channels;
        if (tapRows * tapColumns == 6) {
            DepthwiseThree.six(
                    pixels, tapColumns, w, wo, ldw, x, xo, down, right, xStep,
                    init, io, is, floor, y, yo, yStep);
        } else {
            DepthwiseThree.nine(
                    pixels, w, wo, ldw, x, xo, down, right, xStep, init, io, is, floor, y, yo, yStep);
        }
    }
}
