package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;

/**
 * Convolutions in plain loops. Immutable and thread-safe; allocates only in {@link #pack}.
 *
 * <p>Packed form: for each group {@link Rows} of [kernelH · kernelW · inChannels / group,
 * outChannels / group], so that output channels lie side by side and C2 vectorises over them; for a
 * depthwise filter, whose groups have one channel, [kernelH · kernelW, channels].
 */
public final class ScalarConv implements ConvKernels {

    private final MapKernels map;

    /** @param map computes epilogues */
    public ScalarConv(MapKernels map) {
        this.map = map;
    }

    /**
     * @param groups the filters of each group; of a depthwise filter one for all
     */
    private record Packed(ConvShape shape, Rows[] groups) implements PackedFilter {
        @Override
        public long bytes() {
            long bytes = 0;
            for (Rows group : groups) {
                bytes += group.bytes();
            }
            return bytes;
        }
    }

    @Override
    public PackedFilter pack(ConvShape s, ImageSize most, float[] w, int wOff) {
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        int taps = s.kernelH() * s.kernelW();
        if (s.depthwise()) {
            return new Packed(s, new Rows[] {new Rows(w, wOff, taps, s.outChannels(), 1, taps)});
        }
        Rows[] groups = new Rows[s.group()];
        float[] taken = new float[Math.multiplyExact(taps * in, out)];
        for (int g = 0; g < s.group(); g++) {
            // [out, in, taps] to [taps, in, out]
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    for (int tap = 0; tap < taps; tap++) {
                        int from = ((g * out + o) * in + i) * taps + tap;
                        taken[(tap * in + i) * out + o] = w[wOff + from];
                    }
                }
            }
            groups[g] = new Rows(taken, 0, taps * in, out, out, 1);
        }
        return new Packed(s, groups);
    }

    @Override
    public void convLines(
            PackedFilter filter, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outH, int outW,
            int from, int to, float[] scratch) {
        Packed packed = (Packed) filter;
        ConvShape s = packed.shape;
        int n = s.outChannels();
        boolean columns = outH == 1;
        int first = columns ? from : 0;
        int end = columns ? to : outW;
        for (int oh = columns ? 0 : from; oh < (columns ? 1 : to); oh++) {
            for (int ow = first; ow < end; ow++) {
                int pixel = yOff + (oh * outW + ow) * n;
                if (!accumulate) {
                    ScalarMatmul.start(bias, biasOff, y, pixel, n);
                }
                addTaps(packed, x, xOff, inH, inW, oh, ow, y, pixel, scratch);
            }
            int row = yOff + (oh * outW + first) * n;
            ScalarMatmul.finish(map, epilogue, y, row, (end - first) * n);
        }
    }

    /** Adds the taps of one output pixel that lie inside the image. */
    private static void addTaps(
            Packed packed, float[] x, int xOff, int inH, int inW, int oh, int ow,
            float[] y, int pixel, float[] scratch) {
        ConvShape s = packed.shape;
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        // taps of a filter's row that are contiguous in the image are taken at once
        boolean whole = s.group() == 1 && s.dilationW() == 1;
        for (int kh = 0; kh < s.kernelH(); kh++) {
            int ih = oh * s.strideH() + kh * s.dilationH() - s.padTop();
            if (ih < 0 || ih >= inH) {
                continue;
            }
            for (int kw = 0; kw < s.kernelW(); kw++) {
                int iw = ow * s.strideW() + kw * s.dilationW() - s.padLeft();
                if (iw < 0 || iw >= inW) {
                    continue;
                }
                int from = xOff + (ih * inW + iw) * s.inChannels();
                int tap = kh * s.kernelW() + kw;
                if (s.depthwise()) {
                    packed.groups[0].addElementwise(tap, x, from, y, pixel, scratch);
                    continue;
                }
                int count = whole ? Math.min(s.kernelW() - kw, inW - iw) : 1;
                for (int g = 0; g < s.group(); g++) {
                    packed.groups[g].addProduct(
                            tap * in, count * in, x, from + g * in, y, pixel + g * out, scratch);
                }
                kw += count - 1;
            }
        }
    }
}
