package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.PoolKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pooling by the vector API: a vector of channels of one output pixel at a time, taps outside the
 * image left out by {@link Taps}, not tested. The last vector reaches back over channels already
 * done; fewer channels than lanes go by fours where {@link
 * Lanes#OTHER_WIDTHS} allows it, else one by one (no masks: on Java 17 they are
 * boxed).
 *
 * <p>What a loop carries is an argument, never the receiver of a call: C2 knows the exact class of
 * a vector just loaded, and of a result by its receiver's, but of a loop's variable only by
 * profiling. A method that it compiles without a profile, as it does under load, would box for
 * good. Immutable and thread-safe; allocates nothing.
 */
public final class VectorPool implements PoolKernels {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    /** For few channels. */
    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    @Override
    public void max(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW,
            float[] y, int yOff, int outH, int outW) {
        for (int oh = 0; oh < outH; oh++) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            for (int ow = 0; ow < outW; ow++) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 =
                        Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW,
                        kw0);
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                int from = xOff + (ih * inW + iw) * channels;
                int to = yOff + (oh * outW + ow) * channels;
                maxPixel(
                        channels, kh1 - kh0, kw1 - kw0, x, from, s.dilationH() * inW * channels,
                        s.dilationW() * channels, y, to);
            }
        }
    }

    @Override
    public void average(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW,
            boolean countIncludePad, int paddedH, int paddedW, float[] y, int yOff, int outH,
            int outW) {
        for (int oh = 0; oh < outH; oh++) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            // a padded image is one whose first row is its padding
            int rows =
                    countIncludePad
                            ? Taps.end(oh, s.strideH(), s.dilationH(), 0, s.kernelH(), paddedH, 0)
                            : kh1 - kh0;
            for (int ow = 0; ow < outW; ow++) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 =
                        Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW,
                        kw0);
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                int columns =
                        countIncludePad
                                ? Taps.end(
                                        ow, s.strideW(), s.dilationW(), 0, s.kernelW(), paddedW, 0)
                                : kw1 - kw0;
                int from = xOff + (ih * inW + iw) * channels;
                int to = yOff + (oh * outW + ow) * channels;
                averagePixel(
                        channels, kh1 - kh0, kw1 - kw0, rows * columns, x, from,
                        s.dilationH() * inW * channels, s.dilationW() * channels, y, to);
            }
        }
    }

    private static void maxPixel(
            int channels, int rows, int columns, float[] x, int xOff, int rowStep, int columnStep,
            float[] y, int yOff) {
        int j = 0;
        for (; channels >= L && j < channels; j += L) {
            int at = Math.min(j, channels - L);
            FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
            int from = xOff + at;
            int kw = 0;
            for (int t = rows * columns; t > 0; t--) {
                best = FloatVector.fromArray(S, x, from).max(best);
                from += columnStep;
                if (++kw == columns) {
                    kw = 0;
                    from += rowStep - columns * columnStep;
                }
            }
            best.intoArray(y, yOff + at);
        }
        if (j == 0 && channels >= 4 && Lanes.OTHER_WIDTHS) {
            maxFours(channels, rows, columns, x, xOff, rowStep, columnStep, y, yOff);
            return;
        }
        for (; j < channels; j++) {
            float best = Float.NEGATIVE_INFINITY;
            for (int kh = 0; kh < rows; kh++) {
                for (int kw = 0; kw < columns; kw++) {
                    best = Math.max(best, x[xOff + kh * rowStep + kw * columnStep + j]);
                }
            }
            y[yOff + j] = best;
        }
    }

    private static void averagePixel(
            int channels, int rows, int columns, int divisor, float[] x, int xOff, int rowStep,
            int columnStep, float[] y, int yOff) {
        int j = 0;
        for (; channels >= L && j < channels; j += L) {
            int at = Math.min(j, channels - L);
            FloatVector sum = FloatVector.zero(S);
            int from = xOff + at;
            int kw = 0;
            for (int t = rows * columns; t > 0; t--) {
                sum = FloatVector.fromArray(S, x, from).add(sum);
                from += columnStep;
                if (++kw == columns) {
                    kw = 0;
                    from += rowStep - columns * columnStep;
                }
            }
            // plus zero changes no sum that began at +0, and makes the receiver a fresh vector
            FloatVector.zero(S).add(sum).div(divisor).intoArray(y, yOff + at);
        }
        if (j == 0 && channels >= 4 && Lanes.OTHER_WIDTHS) {
            averageFours(channels, rows, columns, divisor, x, xOff, rowStep, columnStep, y, yOff);
            return;
        }
        for (; j < channels; j++) {
            float sum = 0f;
            for (int kh = 0; kh < rows; kh++) {
                for (int kw = 0; kw < columns; kw++) {
                    sum += x[xOff + kh * rowStep + kw * columnStep + j];
                }
            }
            y[yOff + j] = sum / divisor;
        }
    }

    /** As {@link #maxPixel}, at least four channels and fewer than lanes. */
    private static void maxFours(
            int channels, int rows, int columns, float[] x, int xOff, int rowStep, int columnStep,
            float[] y, int yOff) {
        for (int j = 0; j < channels; j += 4) {
            int at = Math.min(j, channels - 4);
            FloatVector best = FloatVector.broadcast(FOUR, Float.NEGATIVE_INFINITY);
            int from = xOff + at;
            int kw = 0;
            for (int t = rows * columns; t > 0; t--) {
                best = FloatVector.fromArray(FOUR, x, from).max(best);
                from += columnStep;
                if (++kw == columns) {
                    kw = 0;
                    from += rowStep - columns * columnStep;
                }
            }
            FloatVector.broadcast(FOUR, Float.NEGATIVE_INFINITY).max(best).intoArray(y, yOff + at);
        }
    }

    /** As {@link #averagePixel}, at least four channels and fewer than lanes. */
    private static void averageFours(
            int channels, int rows, int columns, int divisor, float[] x, int xOff, int rowStep,
            int columnStep, float[] y, int yOff) {
        for (int j = 0; j < channels; j += 4) {
            int at = Math.min(j, channels - 4);
            FloatVector sum = FloatVector.zero(FOUR);
            int from = xOff + at;
            int kw = 0;
            for (int t = rows * columns; t > 0; t--) {
                sum = FloatVector.fromArray(FOUR, x, from).add(sum);
                from += columnStep;
                if (++kw == columns) {
                    kw = 0;
                    from += rowStep - columns * columnStep;
                }
            }
            FloatVector.zero(FOUR).add(sum).div(divisor).intoArray(y, yOff + at);
        }
    }
}
