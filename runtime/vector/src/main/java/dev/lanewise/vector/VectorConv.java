package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarPlanes;

/**
 * Convolutions by the vector API. Output pixels with equal {@link Taps} form a rectangle, so that borders need
 * nothing but fewer taps. Rectangles go to the filter's {@link DirectTiles}, and those that these do not take
 * to {@link DepthwiseConv} or, as products without an im2col matrix, to {@link DenseConv}. With ReLU a small image has
 * no borders at its sides: {@link PaddedConv}. Immutable and thread-safe; allocates only in {@link #prepare}.
 *
 * <p>Packed form of a filter that is not depthwise: for each group {@link Panels} of [kernelH · kernelW ·
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

    private static final class Packed implements PackedFilter {

        private final ConvShape shape;
        /** {@link Panels} of each group, or [kernelH · kernelW, padded channels]. */
        private final float[] w;
        private final DirectTiles direct;
        /** For ReLU; {@code null} where it would be no gain. */
        private final PaddedConv padded;
        private boolean finite;

        Packed(ConvShape shape, float[] w, DirectTiles direct, PaddedConv padded) {
            this.shape = shape;
            this.w = w;
            this.direct = direct;
            this.padded = padded;
        }

        @Override
        public ConvShape shape() {
            return shape;
        }

        @Override
        public long bytes() {
            return 4L * w.length + (padded == null ? 0 : padded.bytes());
        }

        @Override
        public String form() {
            return direct.form() + (padded == null ? "" : "; with ReLU " + padded.form());
        }
    }

    @Override
    public PackedFilter prepare(ConvShape s, ImageSize most) {
        int k = s.kernelH() * s.kernelW() * (s.inChannels() / s.group());
        int floats = s.depthwise()
                ? DepthwiseConv.floats(s)
                : Math.multiplyExact(s.group(), Panels.floats(k, s.outChannels() / s.group()));
        boolean large = s.multiplyAdds(most) >= leastShaped;
        PaddedConv padded = large && !s.depthwise() ? PaddedConv.of(s, most) : null;
        return new Packed(s, new float[floats], large ? direct(s, most) : DirectTiles.SMALL, padded);
    }

    @Override
    public void fill(PackedFilter filter, float[] w, int wOff, int channelStride) {
        Packed packed = (Packed) filter;
        ConvShape s = packed.shape;
        if (s.depthwise()) {
            DepthwiseConv.pack(s, w, wOff, channelStride, packed.w);
            return;
        }
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        int taps = s.kernelH() * s.kernelW();
        int k = taps * in;
        int from = wOff;
        // [group, out, in, taps] to panels of [taps, in, out]
        for (int g = 0; g < s.group(); g++) {
            for (int o = 0; o < out; o++) {
                int to = g * Panels.floats(k, out) + Panels.offset(k, o & -Panels.WIDTH) + o % Panels.WIDTH;
                for (int i = 0; i < in; i++, from += channelStride, to += Panels.WIDTH) {
                    int at = to;
                    for (int tap = 0; tap < taps; tap++, at += in * Panels.WIDTH) {
                        packed.w[at] = w[from + tap];
                    }
                }
            }
        }
        if (packed.padded != null) {
            packed.finite = finite(packed.w);
            packed.padded.fill(packed.w);
        }
    }

    private static boolean finite(float[] values) {
        int most = 0;
        for (float value : values) {
            most = Math.max(most, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
        }
        return most < Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    }

    private static DirectTiles direct(ConvShape s, ImageSize most) {
        return s.depthwise() ? DirectDepthwise.of(s, most) : DirectConv.of(s, most);
    }

    @Override
    public void convLines(
            PackedFilter filter, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outH, int outW,
            int from, int to, float[] scratch) {
        Packed packed = (Packed) filter;
        boolean columns = outH == 1;
        int oh = columns ? 0 : from;
        int ohEnd = columns ? 1 : to;
        int ow = columns ? from : 0;
        int owEnd = columns ? to : outW;
        PaddedConv padded = packed.padded;
        if (padded != null && packed.finite && !accumulate && epilogue.fn() == UnaryFn.RELU
                && padded.takes(inH, inW, outH, outW, to - from)) {
            padded.lines(
                    packed.w, x, xOff, bias == null ? Tiling.ZEROS : bias, bias == null ? 0 : biasOff, y, yOff,
                    from, to, scratch);
        } else if (DirectConv.pointwise(packed.shape) && !packed.shape.depthwise() && outH == inH && outW == inW) {
            // one long row of pixels leaves one remainder of a tile, not one per row
            conv(
                    packed, x, xOff, 1, inH * inW, bias, biasOff, accumulate, epilogue, y, yOff, outH * outW, 0,
                    1, oh * outW + ow, (ohEnd - 1) * outW + owEnd, scratch);
        } else {
            conv(
                    packed, x, xOff, inH, inW, bias, biasOff, accumulate, epilogue, y, yOff, outW, oh, ohEnd, ow,
                    owEnd, scratch);
        }
    }

    /** Output pixels [firstRow, endRow) × [firstColumn, endColumn). */
    private void conv(
            Packed packed, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outW, int firstRow, int endRow,
            int firstColumn, int endColumn, float[] scratch) {
        ConvShape s = packed.shape;
        DirectTiles direct = accumulate ? DirectTiles.NONE : packed.direct;
        float[] init = accumulate ? y : bias == null ? Tiling.ZEROS : bias;
        int io = accumulate ? yOff : bias == null ? 0 : biasOff;
        float floor = epilogue.fn() == UnaryFn.RELU ? 0f : ConvTile.NO_FLOOR;
        Epilogue afterFloor = epilogue.fn() == UnaryFn.RELU ? Epilogue.NONE : epilogue;
        for (int oh = firstRow; oh < endRow; ) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ohEnd = Taps.runEnd(oh, endRow, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH);
            for (int ow = firstColumn; ow < endColumn; ) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW, kw0);
                int owEnd =
                        Taps.runEnd(ow, endColumn, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW);
                boolean floored = direct.rectangle(
                        packed.w, x, xOff, inW, init, io, floor, y, yOff, outW, oh, ohEnd, kh0, kh1, ow, owEnd,
                        kw0, kw1, scratch);
                if (!floored && s.depthwise()) {
                    DepthwiseConv.rectangle(
                            s, packed.w, x, xOff, inW, init, io, accumulate, floor, y, yOff, outW, oh,
                            ohEnd, kh0, kh1, ow, owEnd, kw0, kw1);
                    floored = true;
                } else if (!floored) {
                    DenseConv.rectangle(
                            s, packed.w, x, xOff, inH, inW, init, io, accumulate, y, yOff, outW, oh, ohEnd, ow,
                            owEnd, scratch);
                }
                finish(floored ? afterFloor : epilogue, s.outChannels(), y, yOff, outW, oh, ohEnd, ow, owEnd);
                ow = owEnd;
            }
            oh = ohEnd;
        }
    }

    /** The epilogue of output pixels [oh, ohEnd) × [ow, owEnd). */
    private void finish(
            Epilogue epilogue, int channels, float[] y, int yOff, int outW, int oh, int ohEnd, int ow,
            int owEnd) {
        if (epilogue.fn() == null) {
            return;
        }
        boolean whole = owEnd - ow == outW;
        int rows = whole ? 1 : ohEnd - oh;
        int n = (owEnd - ow) * (whole ? ohEnd - oh : 1) * channels;
        for (int row = 0; row < rows; row++) {
            int at = yOff + ((oh + row) * outW + ow) * channels;
            map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), y, at, y, at, n);
        }
    }

    @Override
    public void planes(
            ConvShape s, float[] x, int xOff, int inH, int inW, float[] w, int wOff, float[] bias, int biasOff,
            Epilogue epilogue, float[] y, int yOff, int outH, int outW, int from, int to) {
        int taps = s.kernelH() * s.kernelW();
        boolean tiles = DirectPlanes.takes(s, inH, inW, outH, outW);
        boolean floored = tiles && epilogue.fn() == UnaryFn.RELU;
        float floor = floored ? 0f : ConvTile.NO_FLOOR;
        for (int c = from; c < to; c++) {
            float start = bias == null ? 0f : bias[biasOff + c];
            int xo = xOff + c * inH * inW;
            int wo = wOff + c * taps;
            int yo = yOff + c * outH * outW;
            if (tiles) {
                DirectPlanes.plane(s, x, xo, inH, inW, w, wo, start, floor, y, yo, outH, outW);
            } else {
                ScalarPlanes.plane(s, x, xo, inH, inW, w, wo, start, y, yo, outH, outW);
            }
            finish(floored ? Epilogue.NONE : epilogue, 1, y, yo, outW, 0, outH, 0, outW);
        }
    }

    @Override
    public void addFilterGradient(
            ConvShape shape, float[] x, int xOff, int paddedW, float[] dy, int dyOff, int outH, int outW, int piece,
            float[] sums, int sumsOff) {
        if (shape.depthwise()) {
            FilterGradient.depthwise(shape, x, xOff, paddedW, dy, dyOff, outH, outW, piece, sums, sumsOff);
        } else {
            FilterGradient.dense(shape, x, xOff, paddedW, dy, dyOff, outH, outW, piece, sums, sumsOff);
        }
    }
}
