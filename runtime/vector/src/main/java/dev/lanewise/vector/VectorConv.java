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

    /** A call of fewer multiply-adds takes no longer than what a class of its own would save. */
    private static final long LEAST_SHAPED = 50_000;

    private final MapKernels map;
    private final long leastShaped;

    /** @param map computes epilogues */
    public VectorConv(MapKernels map) {
        this(map, LEAST_SHAPED);
    }

    /** @param leastShaped multiply-adds from which on a filter gets classes of its own */
    VectorConv(MapKernels map, long leastShaped) {
        this.map = map;
        this.leastShaped = leastShaped;
    }

    /**
     * @param w {@link Panels} of each group, or [kernelH · kernelW, padded channels]
     * @param direct {@code null} where the filter has no classes of its own
     */
    record Packed(ConvShape shape, float[] w, DirectConv direct) implements PackedFilter {
        @Override
        public long bytes() {
            return 4L * w.length;
        }
    }

    @Override
    public PackedFilter pack(ConvShape s, ImageSize most, float[] w, int wOff) {
        if (s.depthwise()) {
            return new Packed(s, DepthwiseConv.pack(s, w, wOff), null);
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
        return new Packed(s, packed, shaped(s, most) ? DirectConv.of(s, most) : null);
    }

    private boolean shaped(ConvShape s, ImageSize most) {
        return s.multiplyAdds(most) >= leastShaped;
    }

    @Override
    public void convLines(
            PackedFilter filter, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outH, int outW,
            int from, int to, float[] scratch) {
        Packed packed = (Packed) filter;
        ConvShape s = packed.shape;
        float[] init = accumulate ? y : bias == null ? Tiling.ZEROS : bias;
        int initOff = accumulate ? yOff : bias == null ? 0 : biasOff;
        boolean columns = outH == 1;
        int oh = columns ? 0 : from;
        int ohEnd = columns ? 1 : to;
        int ow = columns ? from : 0;
        int owEnd = columns ? to : outW;
        if (s.depthwise()) {
            DepthwiseConv.conv(
                    s, packed.w, x, xOff, inH, inW, init, initOff, accumulate, y, yOff, outW, oh, ohEnd, ow,
                    owEnd);
            DenseConv.finish(map, epilogue, s.outChannels(), y, yOff, outW, oh, ohEnd, ow, owEnd);
        } else if (DirectConv.pointwise(s) && outH == inH && outW == inW) {
            // one long row of pixels leaves one remainder of a tile, not one per row
            DenseConv.conv(
                    s, packed.direct, packed.w, x, xOff, 1, inH * inW, init, initOff, accumulate, map, epilogue,
                    y, yOff, outH * outW, 0, 1, oh * outW + ow, (ohEnd - 1) * outW + owEnd, scratch);
        } else {
            DenseConv.conv(
                    s, packed.direct, packed.w, x, xOff, inH, inW, init, initOff, accumulate, map, epilogue,
                    y, yOff, outW, oh, ohEnd, ow, owEnd, scratch);
        }
    }
}
