package dev.lanewise.runtime.kernel;

/**
 * Convolutions over NHWC images; a 1-D convolution over time is one with height 1. {@code y[oh, ow,
 * o] = epilogue(bias[o] + Σ_kh Σ_kw Σ_i x[ih, iw, i] · w[o, i, kh, kw])} with the sums taken in
 * that order by fused multiply-add; taps that fall on padding are skipped, not multiplied.
 */
public interface ConvKernels {

    /**
     * Geometry of a convolution. Immutable.
     *
     * @param group input and output channels are split into this many independent convolutions;
     *     {@code group == inChannels == outChannels} is a depthwise one
     * @param padTop rows of zeros above the image, {@code padLeft} columns of zeros left of it
     *     (what lies below and right follows from the output's size)
     */
    record ConvShape(
            int group, int inChannels, int outChannels, int kernelH, int kernelW, int strideH,
            int strideW,
            int dilationH, int dilationW, int padTop, int padLeft) {

        public boolean depthwise() {
            return group > 1 && group == inChannels && group == outChannels;
        }

        /** Of one image, taps on padding counted as well. */
        public long multiplyAdds(ImageSize size) {
            return (long) size.outH * size.outW * outChannels * kernelH * kernelW * (inChannels / group);
        }
    }

    /** Rows and columns of an image and of what a convolution makes of it. */
    record ImageSize(int inH, int inW, int outH, int outW) {}

    /** A filter bank in the form this provider runs fastest. Immutable. */
    interface PackedFilter {
        ConvShape shape();

        long bytes();
    }

    /**
     * @param most the largest images that the filter will be asked for: a hint by which a provider
     *     chooses the form; others are slower and as right
     * @param w [outChannels, inChannels / group, kernelH, kernelW], ONNX's order
     */
    PackedFilter pack(ConvShape shape, ImageSize most, float[] w, int wOff);

    /** One image; see {@link #convLines}. */
    default void conv(
            PackedFilter filter, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outH, int outW,
            float[] scratch) {
        convLines(
                filter, x, xOff, inH, inW, bias, biasOff, accumulate, epilogue, y, yOff, outH, outW, 0,
                lines(outH, outW), scratch);
    }

    /**
     * Some lines of one image's output, so that threads can share it; nothing else of y is touched.
     *
     * @param x [inH, inW, inChannels]
     * @param bias [outChannels], or {@code null}
     * @param accumulate sums start from {@code y} instead of the bias (a 3-D convolution is a sum
     *     of 2-D ones)
     * @param y [outH, outW, outChannels]; overlaps no other argument
     * @param from the first of the {@link #lines} wanted, {@code to} the one behind the last
     * @param scratch see {@link Kernels}
     */
    void convLines(
            PackedFilter filter, float[] x, int xOff, int inH, int inW, float[] bias, int biasOff,
            boolean accumulate, Epilogue epilogue, float[] y, int yOff, int outH, int outW,
            int from, int to, float[] scratch);

    /** How many lines an output has: its rows, or its columns where that is one row. */
    static int lines(int outH, int outW) {
        return outH == 1 ? outW : outH;
    }
}
