package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of a filter as a product without an im2col matrix: its rows are what lies under the taps, at most
 * four contiguous ones at a time, see {@link FilterGradientTiles}. Arguments as {@link
 * ConvKernels#addFilterGradient} has them.
 */
final class FilterGradient {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final int ROWS = 4;

    private FilterGradient() {}

    static void dense(
            ConvShape s, float[] x, int xOff, int paddedW, float[] dy, int dyOff, int outH, int outW, int piece,
            float[] sums, int sumsOff) {
        int blocks = ConvKernels.gradientBlocks(s);
        int group = piece / blocks;
        int first = piece % blocks * ConvKernels.GRADIENT_COLUMNS;
        int out = s.outChannels() / s.group();
        int end = Math.min(first + ConvKernels.GRADIENT_COLUMNS, out);
        int pitch = blocks * ConvKernels.GRADIENT_COLUMNS;
        int from = xOff + group * (s.inChannels() / s.group());
        int to = sumsOff + group * ConvKernels.gradientRows(s) * pitch;
        for (int column = first; column < end; ) {
            int vectors = Lanes.MANY_REGISTERS && end - column > L ? 2 : 1;
            columns(
                    s, vectors, x, from, paddedW, dy, dyOff + group * out + column, outH, outW, sums, to + column,
                    pitch);
            column += vectors * L;
        }
    }

    /** One or two vectors of columns, all rows. */
    private static void columns(
            ConvShape s, int vectors, float[] x, int xOff, int paddedW, float[] dy, int dyOff, int outH, int outW,
            float[] sums, int to, int pitch) {
        int in = s.inChannels() / s.group();
        boolean whole = s.group() == 1 && s.dilationW() == 1;
        int length = whole ? s.kernelW() * in : in;
        int segments = whole ? 1 : s.kernelW();
        int x0 = 0;
        int x1 = 0;
        int c0 = 0;
        int c1 = 0;
        int n0 = 0;
        int n1 = 0;
        int filled = 0;
        int row = 0;
        for (int kh = 0; kh < s.kernelH(); kh++) {
            for (int segment = 0; segment < segments; segment++) {
                int at = xOff + (kh * s.dilationH() * paddedW + segment * s.dilationW()) * s.inChannels();
                for (int i = 0; i < length; i += ROWS) {
                    int n = Math.min(ROWS, length - i);
                    int c = to + row * pitch;
                    if (filled == 0) {
                        x0 = at + i;
                        c0 = c;
                        n0 = n;
                        filled = 1;
                    } else if (filled == 1) {
                        x1 = at + i;
                        c1 = c;
                        n1 = n;
                        filled = 2;
                    } else {
                        tile(
                                s, vectors, outH, outW, paddedW, x, x0, x1, at + i, dy, dyOff, sums, pitch, c0, n0,
                                c1, n1, c, n);
                        filled = 0;
                    }
                    row += n;
                }
            }
        }
        if (filled > 0) {
            boolean two = filled == 2;
            tile(
                    s, vectors, outH, outW, paddedW, x, x0, two ? x1 : x0, x0, dy, dyOff, sums, pitch, c0, n0,
                    two ? c1 : c0, two ? n1 : 0, c0, 0);
        }
    }

    private static void tile(
            ConvShape s, int vectors, int outH, int outW, int paddedW, float[] x, int x0, int x1, int x2, float[] dy,
            int yo, float[] sums, int pitch, int c0, int n0, int c1, int n1, int c2, int n2) {
        int xStep = s.strideW() * s.inChannels();
        int toNextRow = s.strideH() * paddedW * s.inChannels() - (outW - 1) * xStep;
        int yStep = s.outChannels();
        if (vectors == 1) {
            FilterGradientTiles.tile12x1(
                    outH, outW, toNextRow, xStep, yStep, x, x0, x1, x2, dy, yo, sums, pitch, c0, n0, c1, n1, c2, n2);
        } else {
            FilterGradientTiles.tile12x2(
                    outH, outW, toNextRow, xStep, yStep, x, x0, x1, x2, dy, yo, sums, pitch, c0, n0, c1, n1, c2, n2);
        }
    }

    /** Channels in lanes, two taps of a row at a time. */
    static void depthwise(
            ConvShape s, float[] x, int xOff, int paddedW, float[] dy, int dyOff, int outH, int outW, int piece,
            float[] sums, int sumsOff) {
        int pitch = ConvKernels.gradientBlocks(s) * ConvKernels.GRADIENT_COLUMNS;
        int first = piece * ConvKernels.GRADIENT_COLUMNS;
        int end = Math.min(first + ConvKernels.GRADIENT_COLUMNS, s.outChannels());
        for (int channel = first; channel < end; channel += L) {
            for (int kh = 0; kh < s.kernelH(); kh++) {
                int at = xOff + kh * s.dilationH() * paddedW * s.inChannels() + channel;
                int to = sumsOff + kh * s.kernelW() * pitch + channel;
                for (int kw = 0; kw < s.kernelW(); kw += 2) {
                    int last = Math.min(kw + 1, s.kernelW() - 1);
                    taps(
                            s, x, at + kw * s.dilationW() * s.inChannels(), at + last * s.dilationW() * s.inChannels(),
                            paddedW, dy, dyOff + channel, outH, outW, sums, to + kw * pitch, to + last * pitch);
                }
            }
        }
    }

    /** Two taps, which may be the same one. */
    private static void taps(
            ConvShape s, float[] x, int x0, int x1, int paddedW, float[] dy, int yo, int outH, int outW, float[] sums,
            int c0, int c1) {
        int channels = s.outChannels();
        int xStep = s.strideW() * channels;
        FloatVector a = FloatVector.fromArray(S, sums, c0);
        FloatVector b = FloatVector.fromArray(S, sums, c1);
        int toNextRow = s.strideH() * paddedW * channels - (outW - 1) * xStep;
        int at = 0;
        int to = yo;
        int column = 0;
        for (int pixel = 0; pixel < outH * outW; pixel++) { // one loop: see PoolGradients
            FloatVector d = FloatVector.fromArray(S, dy, to);
            a = FloatVector.fromArray(S, x, x0 + at).fma(d, a);
            b = FloatVector.fromArray(S, x, x1 + at).fma(d, b);
            column++;
            at += column == outW ? toNextRow : xStep;
            column = column == outW ? 0 : column;
            to += channels;
        }
        a.intoArray(sums, c0);
        b.intoArray(sums, c1);
    }
}
