package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.PoolKernels;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pooling by the vector API: a vector of channels of one output pixel at a time, taps outside the
 * image left out by {@link Taps}, not tested. The last vector reaches back over channels already
 * done. Fewer channels than lanes are one vector whose other lanes reach into the next pixel, which is
 * stored later; the last pixels, behind which there is no room, go channel by channel (no masks: on
 * Java 17 they are boxed).
 *
 * <p>What a loop carries is an argument, never the receiver of a call: C2 knows the exact class of
 * a vector just loaded, and of a result by its receiver's, but of a loop's variable only by
 * profiling. A method that it compiles without a profile, as it does under load, would box for
 * good. Immutable and thread-safe; allocates nothing.
 */
public final class VectorPool implements PoolKernels {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    @Override
    public void max(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW,
            float[] y, int yOff, int outH, int outW) {
        int yEnd = yOff + outH * outW * channels;
        for (int oh = 0; oh < outH; oh++) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            for (int ow = 0; ow < outW; ) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW, kw0);
                int end = Taps.runEnd(ow, outW, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW);
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                MaxPool.line(
                        end - ow, channels, kh1 - kh0, kw1 - kw0, x, xOff + (ih * inW + iw) * channels,
                        s.strideW() * channels, s.dilationH() * inW * channels, s.dilationW() * channels,
                        y, yOff + (oh * outW + ow) * channels, yEnd);
                ow = end;
            }
        }
    }

    @Override
    public void average(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW,
            boolean countIncludePad, int paddedH, int paddedW, float[] y, int yOff, int outH,
            int outW) {
        int yEnd = yOff + outH * outW * channels;
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
                        s.dilationH() * inW * channels, s.dilationW() * channels, y, to, yEnd);
            }
        }
    }

    /** Whether a whole vector can be read at a pixel's last tap and stored at the pixel. */
    static boolean fits(int lastTap, int xEnd, int to, int yEnd) {
        return lastTap <= xEnd - L && to <= yEnd - L;
    }

    private static void averagePixel(
            int channels, int rows, int columns, int divisor, float[] x, int xOff, int rowStep,
            int columnStep, float[] y, int yOff, int yEnd) {
        int j = 0;
        boolean whole =
                channels >= L || fits(xOff + (rows - 1) * rowStep + (columns - 1) * columnStep, x.length, yOff, yEnd);
        for (; whole && j < channels; j += L) {
            int at = Math.max(0, Math.min(j, channels - L));
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
            // plus zero changes no sum that began at +0
            FloatVector.zero(S).add(sum).div(divisor).intoArray(y, yOff + at);
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

    @Override
    public void maxGradient(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW, float[] dy, int dyOff, int outH,
            int outW, float[] dx, int dxOff) {
        Arrays.fill(dx, dxOff, dxOff + inH * inW * channels, 0f);
        for (int oh = 0; oh < outH; oh++) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            for (int ow = 0; ow < outW; ow++) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW, kw0);
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                int from = (ih * inW + iw) * channels;
                PoolGradients.maxPixel(
                        channels, kh1 - kh0, kw1 - kw0, x, xOff + from, s.dilationH() * inW * channels,
                        s.dilationW() * channels, dy, dyOff + (oh * outW + ow) * channels, dx, dxOff + from);
            }
        }
    }

    @Override
    public void averageGradient(
            PoolShape s, int channels, int inH, int inW, boolean countIncludePad, int paddedH, int paddedW,
            float[] dy, int dyOff, int outH, int outW, float[] dx, int dxOff) {
        Arrays.fill(dx, dxOff, dxOff + inH * inW * channels, 0f);
        for (int oh = 0; oh < outH; oh++) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), inH, kh0);
            int ih = oh * s.strideH() + kh0 * s.dilationH() - s.padTop();
            int rows = countIncludePad
                    ? Taps.end(oh, s.strideH(), s.dilationH(), 0, s.kernelH(), paddedH, 0)
                    : kh1 - kh0;
            for (int ow = 0; ow < outW; ow++) {
                int kw0 = Taps.first(ow, s.strideW(), s.dilationW(), s.padLeft());
                int kw1 = Taps.end(ow, s.strideW(), s.dilationW(), s.padLeft(), s.kernelW(), inW, kw0);
                int iw = ow * s.strideW() + kw0 * s.dilationW() - s.padLeft();
                int columns = countIncludePad
                        ? Taps.end(ow, s.strideW(), s.dilationW(), 0, s.kernelW(), paddedW, 0)
                        : kw1 - kw0;
                PoolGradients.averagePixel(
                        channels, kh1 - kh0, kw1 - kw0, 1f / (rows * columns), s.dilationH() * inW * channels,
                        s.dilationW() * channels, dy, dyOff + (oh * outW + ow) * channels, dx,
                        dxOff + (ih * inW + iw) * channels);
            }
        }
    }
}
