package dev.lanewise.runtime.kernel;

/** Pooling over NHWC images, channels in lanes; taps in row order (kh, then kw). */
public interface PoolKernels {

    /** Geometry of a pooling window; as {@link ConvKernels.ConvShape}. */
    record PoolShape(
            int kernelH, int kernelW, int strideH, int strideW,
            int dilationH, int dilationW, int padTop, int padLeft) {}

    /**
     * Maximum over the taps that lie inside the image (IEEE maximum, starting from −∞).
     *
     * @param x [inH, inW, channels]
     * @param y [outH, outW, channels]
     */
    void max(
            PoolShape shape, int channels, float[] x, int xOff, int inH, int inW,
            float[] y, int yOff, int outH, int outW);

    /**
     * Sum of the taps inside the image (from +0, by additions), divided by their number, or by the
     * number of taps inside the padded image.
     *
     * @param paddedH rows of the padded image, {@code paddedW} its columns; equal to {@code inH},
     *     {@code inW} where padding does not count
     * @param countIncludePad whether padding counts in the divisor
     */
    void average(
            PoolShape shape, int channels, float[] x, int xOff, int inH, int inW,
            boolean countIncludePad, int paddedH, int paddedW, float[] y, int yOff, int outH,
            int outW);

    /**
     * The gradient of {@link #max}: each output's goes to the first tap inside the image that is not below the
     * maximum; of a window on padding alone to none. An element takes in outputs in row order, from +0, by additions.
     *
     * @param x [inH, inW, channels]
     * @param dy [outH, outW, channels]
     * @param dx [inH, inW, channels]; overlaps nothing
     */
    void maxGradient(
            PoolShape shape, int channels, float[] x, int xOff, int inH, int inW, float[] dy, int dyOff, int outH,
            int outW, float[] dx, int dxOff);

    /**
     * The gradient of {@link #average}: each tap inside the image takes in {@code dy · (1 / taps)}, outputs in row
     * order, from +0, by fused multiply-add.
     */
    void averageGradient(
            PoolShape shape, int channels, int inH, int inW, boolean countIncludePad, int paddedH, int paddedW,
            float[] dy, int dyOff, int outH, int outW, float[] dx, int dxOff);
}
