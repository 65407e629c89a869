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
}
