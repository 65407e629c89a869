package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;

/**
 * Convolutions by the vector API. Immutable and thread-safe; allocates only in {@link #pack}.
 *
 * <p>Depthwise filters: {@link DepthwiseConv}. All others are products without an im2col matrix,
 * see {@link DenseConv}; packed form: for each group {@link Panels} of [kernelH · kernelW ·
 * inChannels / group, outChannels / group].
 */
public final class VectorConv implements ConvKernels {

    private final MapKernels map;

    /** @param map computes epilogues */
    public VectorConv(MapKernels map) {
        this.map = map;
    }

    /** @param w {@link Panels} of each group, or [kernelH · kernelW, padded channels] */
    record Packed(ConvShape shape, float[] w) implements PackedFilter {
        @Override
        public long bytes() {
            return 4L * w.length;
        }
    }

    @Override
    public PackedFilter pack(ConvShape s, float[] w, int wOff) {
        if (s.depthwise()) {
            return new Packed(s, DepthwiseConv.pack(s, w, wOff));
        }
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        int taps = s.kernelH() * s.kernelW();
        int k = taps * in;
        int groupFloats = Panels.floats(k, out);
        float[] packed = new float[Math.multiplyExact(s.group(), groupFloats)];
        float[] taken = new float[Math.multiplyExact(k, out)];
        for (int g = 0; g < s.group(); g++) {
            int from = wOff + g * out * k;
            // [out, in, taps] to [taps, in, out]
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    for (int tap = 0; tap < taps; tap++) {
                        taken[(tap * in + i) * out + o] = w[from + (o * in + i) * taps + tap];
                    }
                }
            }
            Panels.pack(taken, 0, k, out, out, 1, packed, g * groupFloats);
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
        float[] init = accumulate ? y : bias == null ? Tiling.ZEROS : bias;
        int initOff = accumulate ? yOff : bias == null ? 0 : biasOff;
        if (s.depthwise()) {
            DepthwiseConv.conv(
                    s, packed.w, x, xOff, inH, inW, init, initOff, accumulate, y, yOff, outH, outW);
        } else {
            DenseConv.conv(
                    s, packed.w, x, xOff, inH, inW, init, initOff, accumulate, y, yOff, outH, outW,
                    scratch);
        }
        if (epilogue.fn() != null) {
            int n = outH * outW * s.outChannels();
            map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), y, yOff, y, yOff, n);
        }
    }
}
