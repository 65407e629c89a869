package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.scalar.Fma;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise filters of any size: tiles of four pixels × two vectors of channels, and single pixels.
 * {@code tapRows} × {@code tapColumns} taps from {@code wo} in the packed filter and {@code xo} in
 * x. What is below {@code floor} becomes that, see {@link ConvTile}.
 *
 * <p>Taps are one loop, not two: Java 17 boxes a vector that lives through nested loops.
 */
final class DepthwiseAny {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    private DepthwiseAny() {}

    /** Four pixels × two vectors of channels. */
    static void fourPixels(
            ConvShape s, int tapRows, int tapColumns, float[] w, int wo,
            float[] x, int xo, int x1, int inW, float[] init, int io, int is, float floor,
            float[] y, int yo, int yStep) {
        int channels = s.outChannels();
        int ldw = Lanes.roundUp(channels, L);
        int right = s.dilationW() * channels;
        int down = s.dilationH() * inW * channels;
        int newRow = down - tapColumns * right;
        int newFilterRow = (s.kernelW() - tapColumns) * ldw;
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
        int from = xo;
        int tap = wo;
        int kw = 0;
        for (int t = tapRows * tapColumns; t > 0; t--) {
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
            from += right;
            tap += ldw;
            if (++kw == tapColumns) {
                kw = 0;
                from += newRow;
                tap += newFilterRow;
            }
        }
        FloatVector least = FloatVector.broadcast(S, floor);
        least.max(a0).intoArray(y, yo);
        least.max(b0).intoArray(y, yo + L);
        least.max(a1).intoArray(y, yo + yStep);
        least.max(b1).intoArray(y, yo + yStep + L);
        least.max(a2).intoArray(y, yo + 2 * yStep);
        least.max(b2).intoArray(y, yo + 2 * yStep + L);
        least.max(a3).intoArray(y, yo + 3 * yStep);
        least.max(b3).intoArray(y, yo + 3 * yStep + L);
    }

    /**
     * One pixel, from channel {@code channel} to the last; offsets are those of channel 0. The last
     * vector reaches back over channels that are done, and gives them the same values again; only
     * where it must not (sums that start from y) or cannot (fewer channels than lanes) channels go
     * one by one. No masks: on Java 17 they are boxed.
     */
    static void pixel(
            ConvShape s, int tapRows, int tapColumns, float[] w, int wo, int channel,
            float[] x, int xo, int inW, float[] init, int io, float floor, float[] y,
            int yo) {
        int channels = s.outChannels();
        int ldw = Lanes.roundUp(channels, L);
        int right = s.dilationW() * channels;
        int down = s.dilationH() * inW * channels;
        int filterRow = s.kernelW() * ldw;
        boolean zero = init == Tiling.ZEROS;
        boolean reachBack = channels >= L && init != y;
        for (; channel < channels && (reachBack || channel <= channels - L); channel += L) {
            int at = Math.min(channel, channels - L);
            FloatVector sum = FloatVector.fromArray(S, init, zero ? 0 : io + at);
            int from = xo + at;
            int tap = wo + at;
            int kw = 0;
            for (int t = tapRows * tapColumns; t > 0; t--) {
                FloatVector weight = FloatVector.fromArray(S, w, tap);
                sum = weight.fma(FloatVector.fromArray(S, x, from), sum);
                from += right;
                tap += ldw;
                if (++kw == tapColumns) {
                    kw = 0;
                    from += down - tapColumns * right;
                    tap += filterRow - tapColumns * ldw;
                }
            }
            FloatVector.broadcast(S, floor).max(sum).intoArray(y, yo + at);
        }
        for (; channel < channels; channel++) {
            float sum = zero ? 0f : init[io + channel];
            for (int kh = 0; kh < tapRows; kh++) {
                int from = xo + kh * down + channel;
                int tap = wo + kh * filterRow + channel;
                for (int kw = 0; kw < tapColumns; kw++) {
                    sum = Fma.fma(w[tap], x[from], sum);
                    from += right;
                    tap += ldw;
                }
            }
            y[yo + channel] = Math.max(floor, sum);
        }
    }
}
