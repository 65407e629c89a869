package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.PoolKernels;
import java.util.Arrays;

/** Pooling in plain loops over channels. Immutable and thread-safe; allocates nothing. */
public final class ScalarPool implements PoolKernels {

    @Override
    public void max(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW,
            float[] y, int yOff, int outH, int outW) {
        for (int oh = 0; oh < outH; oh++) {
            for (int ow = 0; ow < outW; ow++) {
                int pixel = yOff + (oh * outW + ow) * channels;
                Arrays.fill(y, pixel, pixel + channels, Float.NEGATIVE_INFINITY);
                for (int kh = 0; kh < s.kernelH(); kh++) {
                    int ih = oh * s.strideH() + kh * s.dilationH() - s.padTop();
                    for (int kw = 0; kw < s.kernelW(); kw++) {
                        int iw = ow * s.strideW() + kw * s.dilationW() - s.padLeft();
                        if (ih >= 0 && ih < inH && iw >= 0 && iw < inW) {
                            takeMax(channels, x, xOff + (ih * inW + iw) * channels, y, pixel);
                        }
                    }
                }
            }
        }
    }

    @Override
    public void average(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW,
            boolean countIncludePad, int paddedH, int paddedW, float[] y, int yOff, int outH,
            int outW) {
        for (int oh = 0; oh < outH; oh++) {
            for (int ow = 0; ow < outW; ow++) {
                int pixel = yOff + (oh * outW + ow) * channels;
                Arrays.fill(y, pixel, pixel + channels, 0f);
                int taps = 0;
                for (int kh = 0; kh < s.kernelH(); kh++) {
                    int ih = oh * s.strideH() + kh * s.dilationH() - s.padTop();
                    for (int kw = 0; kw < s.kernelW(); kw++) {
                        int iw = ow * s.strideW() + kw * s.dilationW() - s.padLeft();
                        boolean inside = ih >= 0 && ih < inH && iw >= 0 && iw < inW;
                        if (inside) {
                            add(channels, x, xOff + (ih * inW + iw) * channels, y, pixel);
                        }
                        if (inside
                                || countIncludePad
                                        && countsAsPadding(s, ih, iw, paddedH, paddedW)) {
                            taps++;
                        }
                    }
                }
                divide(channels, taps, y, pixel);
            }
        }
    }

    /**
     * Whether a tap outside the image lies on its padding, which ends at row {@code paddedH -
     * padTop}.
     */
    private static boolean countsAsPadding(PoolShape s, int ih, int iw, int paddedH, int paddedW) {
        return ih + s.padTop() < paddedH && iw + s.padLeft() < paddedW;
    }

    private static void takeMax(int n, float[] x, int xOff, float[] y, int yOff) {
        for (int j = 0; j < n; j++) {
            y[yOff + j] = Math.max(y[yOff + j], x[xOff + j]);
        }
    }

    private static void add(int n, float[] x, int xOff, float[] y, int yOff) {
        for (int j = 0; j < n; j++) {
            y[yOff + j] += x[xOff + j];
        }
    }

    private static void divide(int n, int taps, float[] y, int yOff) {
        float divisor = taps;
        for (int j = 0; j < n; j++) {
            y[yOff + j] /= divisor;
        }
    }

    @Override
    public void maxGradient(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW, float[] dy, int dyOff, int outH,
            int outW, float[] dx, int dxOff) {
        Arrays.fill(dx, dxOff, dxOff + inH * inW * channels, 0f);
        for (int pixel = 0; pixel < outH * outW; pixel++) {
            int top = pixel / outW * s.strideH() - s.padTop();
            int left = pixel % outW * s.strideW() - s.padLeft();
            for (int c = 0; c < channels; c++) {
                int tap = firstMaximum(s, channels, x, xOff + c, inH, inW, top, left);
                if (tap >= 0) {
                    dx[dxOff + tap + c] += dy[dyOff + pixel * channels + c];
                }
            }
        }
    }

    /** Where the first largest element of a channel's window lies; -1 without any. */
    private static int firstMaximum(
            PoolShape s, int channels, float[] x, int xOff, int inH, int inW, int top, int left) {
        float best = Float.NEGATIVE_INFINITY;
        int found = -1;
        for (int pass = 0; pass < 2; pass++) {
            for (int tap = s.kernelH() * s.kernelW() - 1; tap >= 0; tap--) {
                int ih = top + tap / s.kernelW() * s.dilationH();
                int iw = left + tap % s.kernelW() * s.dilationW();
                if (ih < 0 || ih >= inH || iw < 0 || iw >= inW) {
                    continue;
                }
                int at = (ih * inW + iw) * channels;
                if (pass == 0) {
                    best = Math.max(best, x[xOff + at]);
                } else if (!(x[xOff + at] < best)) {
                    found = at;
                }
            }
        }
        return found;
    }

    @Override
    public void averageGradient(
            PoolShape s, int channels, int inH, int inW, boolean countIncludePad, int paddedH, int paddedW,
            float[] dy, int dyOff, int outH, int outW, float[] dx, int dxOff) {
        Arrays.fill(dx, dxOff, dxOff + inH * inW * channels, 0f);
        for (int pixel = 0; pixel < outH * outW; pixel++) {
            int top = pixel / outW * s.strideH() - s.padTop();
            int left = pixel % outW * s.strideW() - s.padLeft();
            float share = 1f / taps(s, top, left, inH, inW, countIncludePad, paddedH, paddedW);
            for (int kh = 0; kh < s.kernelH(); kh++) {
                int ih = top + kh * s.dilationH();
                for (int kw = 0; kw < s.kernelW(); kw++) {
                    int iw = left + kw * s.dilationW();
                    if (ih >= 0 && ih < inH && iw >= 0 && iw < inW) {
                        addShare(
                                channels, share, dy, dyOff + pixel * channels, dx,
                                dxOff + (ih * inW + iw) * channels);
                    }
                }
            }
        }
    }

    /** How many taps of a window count in the divisor. */
    private static int taps(
            PoolShape s, int top, int left, int inH, int inW, boolean countIncludePad, int paddedH, int paddedW) {
        int taps = 0;
        for (int kh = 0; kh < s.kernelH(); kh++) {
            int ih = top + kh * s.dilationH();
            for (int kw = 0; kw < s.kernelW(); kw++) {
                int iw = left + kw * s.dilationW();
                boolean inside = ih >= 0 && ih < inH && iw >= 0 && iw < inW;
                taps += inside || countIncludePad && countsAsPadding(s, ih, iw, paddedH, paddedW) ? 1 : 0;
            }
        }
        return taps;
    }

    private static void addShare(int n, float share, float[] dy, int dyOff, float[] dx, int dxOff) {
        for (int j = 0; j < n; j++) {
            dx[dxOff + j] = Fma.fma(dy[dyOff + j], share, dx[dxOff + j]);
        }
    }
}
