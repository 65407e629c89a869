package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;

/**
 * Convolutions in plain loops. Immutable and thread-safe; allocates only in {@link #prepare}.
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

        @Override
        public String form() {
            return "rows of taps";
        }
    }

    @Override
    public PackedFilter prepare(ConvShape s, ImageSize most) {
        int taps = s.kernelH() * s.kernelW();
        if (s.depthwise()) {
            return new Packed(s, new Rows[] {new Rows(taps, s.outChannels())});
        }
        Rows[] groups = new Rows[s.group()];
        for (int g = 0; g < s.group(); g++) {
            groups[g] = new Rows(taps * (s.inChannels() / s.group()), s.outChannels() / s.group());
        }
        return new Packed(s, groups);
    }

    @Override
    public void fill(PackedFilter filter, float[] w, int wOff, int channelStride) {
        ConvShape s = filter.shape();
        Rows[] groups = ((Packed) filter).groups;
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / groups.length;
        int taps = s.kernelH() * s.kernelW();
        // [group, out, in, taps] to [group][taps, in, out]
        for (int g = 0; g < groups.length; g++) {
            for (int i = 0; i < in; i++) {
                int from = wOff + (g * out * in + i) * channelStride;
                for (int tap = 0; tap < taps; tap++) {
                    groups[g].setRow(tap * in + i, w, from + tap, in * channelStride);
                }
            }
        }
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

    @Override
    public void planes(
            ConvShape s, float[] x, int xOff, int inH, int inW, float[] w, int wOff, float[] bias, int biasOff,
            Epilogue epilogue, float[] y, int yOff, int outH, int outW, int from, int to) {
        int taps = s.kernelH() * s.kernelW();
        int plane = outH * outW;
        for (int c = from; c < to; c++) {
            float start = bias == null ? 0f : bias[biasOff + c];
            int at = yOff + c * plane;
            ScalarPlanes.plane(s, x, xOff + c * inH * inW, inH, inW, w, wOff + c * taps, start, y, at, outH, outW);
            ScalarMatmul.finish(map, epilogue, y, at, plane);
        }
    }

    @Override
    public void addFilterGradient(
            ConvShape s, float[] x, int xOff, int paddedW, float[] dy, int dyOff, int outH, int outW, int piece,
            float[] sums, int sumsOff) {
        int blocks = ConvKernels.gradientBlocks(s);
        int group = piece / blocks;
        int first = piece % blocks * GRADIENT_COLUMNS;
        int columns = s.outChannels() / ConvKernels.gradientGroups(s);
        int n = Math.min(GRADIENT_COLUMNS, columns - first);
        int pitch = blocks * GRADIENT_COLUMNS;
        int in = s.inChannels() / s.group();
        int to = sumsOff + group * ConvKernels.gradientRows(s) * pitch + first;
        for (int pixel = 0; pixel < outH * outW; pixel++) {
            int row = pixel / outW * s.strideH();
            int column = pixel % outW * s.strideW();
            int from = dyOff + pixel * s.outChannels() + group * columns + first;
            int at = to;
            for (int tap = 0; tap < s.kernelH() * s.kernelW(); tap++) {
                int ih = row + tap / s.kernelW() * s.dilationH();
                int iw = column + tap % s.kernelW() * s.dilationW();
                int image = xOff + (ih * paddedW + iw) * s.inChannels() + group * in;
                if (s.depthwise()) {
                    addElementwise(n, x, image + first, dy, from, sums, at);
                    at += pitch;
                    continue;
                }
                for (int i = 0; i < in; i++, at += pitch) {
                    addScaled(n, x[image + i], dy, from, sums, at);
                }
            }
        }
    }

    private static void addScaled(int n, float a, float[] b, int bOff, float[] sums, int at) {
        for (int j = 0; j < n; j++) {
            sums[at + j] = Fma.fma(a, b[bOff + j], sums[at + j]);
        }
    }

    private static void addElementwise(int n, float[] a, int aOff, float[] b, int bOff, float[] sums, int at) {
        for (int j = 0; j < n; j++) {
            sums[at + j] = Fma.fma(a[aOff + j], b[bOff + j], sums[at + j]);
        }
    }
}
