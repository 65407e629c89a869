package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;

/**
 * Convolutions in plain loops. Immutable and thread-safe; allocates only in {@link #pack}.
 *
 * <p>Packed form: [group, kernelH, kernelW, inChannels / group, outChannels / group], so that output
 * channels lie side by side and C2 vectorises over them; for a depthwise filter, whose groups have
 * one channel, [kernelH, kernelW, channels].
 */
public final class ScalarConv implements ConvKernels {

    private final MapKernels map;

    /** @param map computes epilogues */
    public ScalarConv(MapKernels map) {
        this.map = map;
    }

    /** @param w [group, kernelH, kernelW, inChannels / group, outChannels / group] */
    private record Packed(ConvShape shape, float[] w) implements PackedFilter {
        @Override
        public long bytes() {
            return 4L * w.length;
        }
    }

    @Override
    public PackedFilter pack(ConvShape s, float[] w, int wOff) {
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        int taps = s.kernelH() * s.kernelW();
        float[] packed = new float[Math.multiplyExact(s.outChannels(), Math.multiplyExact(in, taps))];
        int at = 0;
        if (s.depthwise()) {
            for (int tap = 0; tap < taps; tap++) {
                for (int o = 0; o < s.outChannels(); o++) {
                    packed[at++] = w[wOff + o * taps + tap];
                }
            }
            return new Packed(s, packed);
        }
        for (int g = 0; g < s.group(); g++) {
            for (int tap = 0; tap < taps; tap++) {
                for (int i = 0; i < in; i++) {
                    for (int o = g * out; o < (g + 1) * out; o++) {
                        packed[at++] = w[wOff + (o * in + i) * taps + tap];
                    }
                }
            }
        }
        return new Packed(s, packed);
    }

    @Override
    public void conv(
            PackedFilter filter, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outH, int outW,
            float[] scratch) {
        Packed packed = (Packed) filter;
        ConvShape s = packed.shape;
        int n = s.outChannels();
        for (int oh = 0; oh < outH; oh++) {
            for (int ow = 0; ow < outW; ow++) {
                int pixel = yOff + (oh * outW + ow) * n;
                if (!accumulate) {
                    ScalarMatmul.start(bias, biasOff, y, pixel, n);
                }
                addTaps(packed, x, xOff, inH, inW, oh, ow, y, pixel);
            }
            int row = yOff + oh * outW * n;
            ScalarMatmul.finish(map, epilogue, y, row, outW * n);
        }
    }

    /** Adds the taps of one output pixel that lie inside the image. */
    private static void addTaps(
            Packed packed, float[] x, int xOff, int inH, int inW, int oh, int ow, float[] y, int pixel) {
        ConvShape s = packed.shape;
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        boolean depthwise = s.depthwise();
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
                if (depthwise) {
                    addProducts(out * s.group(), x, from, packed.w, tap * s.group(), y, pixel);
                    continue;
                }
                for (int g = 0; g < s.group(); g++) {
                    int w = (g * s.kernelH() * s.kernelW() + tap) * in * out;
                    ScalarMatmul.addProduct(
                            in, out, x, from + g * in, packed.w, w, out, y, pixel + g * out);
                }
            }
        }
    }

    private static void addProducts(
            int n, float[] x, int xOff, float[] w, int wOff, float[] y, int yOff) {
        for (int j = 0; j < n; j++) {
            y[yOff + j] = Fma.fma(x[xOff + j], w[wOff + j], y[yOff + j]);
        }
    }
}
