package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise convolution: channels in lanes. A tile is four neighbouring pixels × two vectors of
 * channels, 8 independent chains; pixels at the borders and channels that do not fill two vectors go
 * one vector at a time, the last one masked.
 *
 * <p>Packed form: [kernelH · kernelW, C], C rounded up to whole vectors.
 */
final class DepthwiseConv {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
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

    /** @param init y itself where {@code accumulate}, else a bias or {@link Tiling#ZEROS} */
    static void conv(
            ConvShape s, float[] w, float[] x, int xOff, int inH, int inW,
            float[] init, int io, boolean accumulate, float[] y, int yOff, int outH, int outW) {
        int channels = s.outChannels();
        int taps = s.kernelW();
        for (int oh = 0; oh < outH; oh++) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            for (int ow = 0; ow < outW; ) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), taps, inW, kw0);
                int last = ow + 3;
                boolean four =
                        last < outW
                                && kw1 - kw0 == taps
                                && Taps.end(
                                                last, s.strideW(), s.dilationW(), s.padLeft(), taps,
                                                inW, 0)
                                        == taps;
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                int from = xOff + (ih * inW + iw) * channels;
                int to = yOff + (oh * outW + ow) * channels;
                int initOff = accumulate ? to : io;
                int channel = 0;
                if (four) {
                    int is = accumulate ? channels : 0;
                    for (; channel <= channels - 2 * L; channel += 2 * L) {
                        fourPixels(
                                s, kh1 - kh0, kh0, w, channel, x, from + channel, inW,
                                init, init == Tiling.ZEROS ? 0 : initOff + channel, is,
                                y, to + channel);
                    }
                }
                for (int p = 0; p < (four ? 4 : 1) && channel < channels; p++) {
                    pixel(
                            s, kh0, kh1, kw0, kw1, w, channel, x,
                            from + p * s.strideW() * channels, inW,
                            init, accumulate ? initOff + p * channels : initOff,
                            y, to + p * channels);
                }
                ow += four ? 4 : 1;
            }
        }
    }

    /**
     * Four pixels × two vectors of channels, all columns of the filter.
     *
     * @param x from the first pixel's first tap and these channels
     */
    private static void fourPixels(
            ConvShape s, int rows, int kh0, float[] w, int channel, float[] x, int xOff, int inW,
            float[] init, int io, int is, float[] y, int yOff) {
        int channels = s.outChannels();
        int ldw = Lanes.roundUp(channels, L);
        int taps = s.kernelW();
        int tapStep = s.dilationW() * channels;
        int x1 = s.strideW() * channels;
        int x2 = 2 * x1;
        int x3 = 3 * x1;
        FloatVector a0 = FloatVector.fromArray(S, init, io);
        FloatVector b0 = FloatVector.fromArray(S, init, io + L);
        FloatVector a1 = FloatVector.fromArray(S, init, io + is);
        FloatVector b1 = FloatVector.fromArray(S, init, io + is + L);
        FloatVector a2 = FloatVector.fromArray(S, init, io + 2 * is);
        FloatVector b2 = FloatVector.fromArray(S, init, io + 2 * is + L);
        FloatVector a3 = FloatVector.fromArray(S, init, io + 3 * is);
        FloatVector b3 = FloatVector.fromArray(S, init, io + 3 * is + L);
        for (int kh = 0; kh < rows; kh++) {
            int from = xOff + kh * s.dilationH() * inW * channels;
            int tap = (kh0 + kh) * taps * ldw + channel;
            for (int kw = 0; kw < taps; kw++) {
                FloatVector wa = FloatVector.fromArray(S, w, tap);
                FloatVector wb = FloatVector.fromArray(S, w, tap + L);
                a0 = wa.fma(FloatVector.fromArray(S, x, from), a0);
                b0 = wb.fma(FloatVector.fromArray(S, x, from + L), b0);
                a1 = wa.fma(FloatVector.fromArray(S, x, from + x1), a1);
                b1 = wb.fma(FloatVector.fromArray(S, x, from + x1 + L), b1);
                a2 = wa.fma(FloatVector.fromArray(S, x, from + x2), a2);
                b2 = wb.fma(FloatVector.fromArray(S, x, from + x2 + L), b2);
                a3 = wa.fma(FloatVector.fromArray(S, x, from + x3), a3);
                b3 = wb.fma(FloatVector.fromArray(S, x, from + x3 + L), b3);
                from += tapStep;
                tap += ldw;
            }
        }
        a0.intoArray(y, yOff);
        b0.intoArray(y, yOff + L);
        a1.intoArray(y, yOff + channels);
        b1.intoArray(y, yOff + channels + L);
        a2.intoArray(y, yOff + 2 * channels);
        b2.intoArray(y, yOff + 2 * channels + L);
        a3.intoArray(y, yOff + 3 * channels);
        b3.intoArray(y, yOff + 3 * channels + L);
    }

    /** One pixel, from channel {@code channel} to the last. */
    private static void pixel(
            ConvShape s, int kh0, int kh1, int kw0, int kw1, float[] w, int channel,
            float[] x, int xOff, int inW, float[] init, int io, float[] y, int yOff) {
        int channels = s.outChannels();
        int ldw = Lanes.roundUp(channels, L);
        boolean zero = init == Tiling.ZEROS;
        for (; channel < channels; channel += L) {
            VectorMask<Float> mask = S.indexInRange(channel, channels);
            FloatVector sum = FloatVector.fromArray(S, init, zero ? 0 : io + channel, mask);
            for (int kh = kh0; kh < kh1; kh++) {
                int from = xOff + (kh - kh0) * s.dilationH() * inW * channels + channel;
                int tap = (kh * s.kernelW() + kw0) * ldw + channel;
                for (int kw = kw0; kw < kw1; kw++) {
                    FloatVector weight = FloatVector.fromArray(S, w, tap);
                    sum = weight.fma(FloatVector.fromArray(S, x, from, mask), sum);
                    from += s.dilationW() * channels;
                    tap += ldw;
                }
            }
            sum.intoArray(y, yOff + channel, mask);
        }
    }
}
