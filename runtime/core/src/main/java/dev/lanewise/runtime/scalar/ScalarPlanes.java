package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;

/** A depthwise filter over a plane in plain loops: C2 vectorises along the width. Thread-safe; allocates nothing. */
public final class ScalarPlanes {

    private ScalarPlanes() {}

    /**
     * Sums of a plane, without epilogue, see {@link dev.lanewise.runtime.kernel.ConvKernels#planes}.
     *
     * @param x [inH, inW]
     * @param w [kernelH, kernelW]
     * @param start what sums begin with
     * @param y [outH, outW]
     */
    public static void plane(
            ConvShape s, float[] x, int xOff, int inH, int inW, float[] w, int wOff, float start, float[] y, int yOff,
            int outH, int outW) {
        for (int oh = 0; oh < outH; oh++) {
            int row = yOff + oh * outW;
            for (int ow = 0; ow < outW; ow++) {
                y[row + ow] = start;
            }
            for (int kh = 0; kh < s.kernelH(); kh++) {
                int ih = oh * s.strideH() + kh * s.dilationH() - s.padTop();
                for (int kw = 0; kw < s.kernelW() && ih >= 0 && ih < inH; kw++) {
                    int shift = kw * s.dilationW() - s.padLeft();
                    int first = Math.max(0, -Math.floorDiv(shift, s.strideW()));
                    int end = Math.min(outW, Math.floorDiv(inW - 1 - shift, s.strideW()) + 1);
                    addScaled(
                            end - first, w[wOff + kh * s.kernelW() + kw], x,
                            xOff + ih * inW + first * s.strideW() + shift, s.strideW(), y, row + first);
                }
            }
        }
    }

    private static void addScaled(int n, float w, float[] x, int xo, int stride, float[] y, int yo) {
        for (int j = 0; j < n; j++) {
            y[yo + j] = Fma.fma(w, x[xo + j * stride], y[yo + j]);
        }
    }
}
