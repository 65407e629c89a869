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

    /** A filter bank in the form this provider runs fastest. Immutable but for {@link #fill}. */
    interface PackedFilter extends PackedWeights {
        ConvShape shape();
    }

    /**
     * @param most the largest images that the filter will be asked for: a hint by which a provider
     *     chooses the form; others are slower and as right
     * @param w [outChannels, inChannels / group, kernelH, kernelW], ONNX's order
     */
    default PackedFilter pack(ConvShape shape, ImageSize most, float[] w, int wOff) {
        PackedFilter filter = prepare(shape, most);
        fill(filter, w, wOff, shape.kernelH() * shape.kernelW());
        return filter;
    }

    /**
     * Memory for a filter whose weights are given by {@link #fill}, as one that is trained has them anew in each
     * run. Allocates.
     *
     * @param most see {@link #pack}
     */
    PackedFilter prepare(ConvShape shape, ImageSize most);

    /**
     * Gives a filter its weights. Allocates nothing; no thread may use the filter meanwhile.
     *
     * @param w [outChannels, inChannels / group, kernelH, kernelW], the taps of each channel contiguous
     * @param channelStride from the taps of one input channel to those of the next
     */
    void fill(PackedFilter filter, float[] w, int wOff, int channelStride);

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

    /**
     * Some planes of an image whose channels lie behind each other, by a filter of one channel for each: the same sums
     * in the same order.
     *
     * @param shape a filter of as many groups as channels
     * @param x [channels, inH, inW]
     * @param w [channels, kernelH, kernelW]
     * @param bias [channels], or {@code null}
     * @param y [channels, outH, outW]; overlaps no other argument
     * @param from the first of the planes wanted, {@code to} the one behind the last; nothing else of y is touched
     */
    void planes(
            ConvShape shape, float[] x, int xOff, int inH, int inW, float[] w, int wOff, float[] bias, int biasOff,
            Epilogue epilogue, float[] y, int yOff, int outH, int outW, int from, int to);

    /**
     * Adds what one image contributes to the gradient of a filter: {@code sums[r, o] += Σ_oh Σ_ow x[ih, iw, i] ·
     * dy[oh, ow, o]}, r being (kh, kw, i), in that order by fused multiply-add. Taps on padding are multiplied as
     * the zeros that they are. Columns of {@code sums} behind a group's last channel are left in any state.
     *
     * @param x [paddedH, paddedW, inChannels], the image with its padding, so that output (oh, ow) begins at row
     *     {@code oh · strideH} and column {@code ow · strideW}; {@link #SLACK} floats behind it are read
     * @param dy [outH, outW, outChannels]; {@link #SLACK} floats behind it are read
     * @param piece which {@link #GRADIENT_COLUMNS} of the output channels, one of {@link #gradientPieces}
     * @param sums {@link #gradientFloats} floats: [group, kernelH · kernelW · inChannels / group, columns], of a
     *     depthwise filter [1, kernelH · kernelW, columns]
     */
    void addFilterGradient(
            ConvShape shape, float[] x, int xOff, int paddedW, float[] dy, int dyOff, int outH, int outW, int piece,
            float[] sums, int sumsOff);

    /** Floats behind an image that {@link #addFilterGradient} may read, and makes nothing of. */
    int SLACK = 32;

    /** Columns of a piece of a filter's gradient: no provider has wider tiles. */
    int GRADIENT_COLUMNS = 32;

    /** How many independent sums a filter's gradient has; of a depthwise one all groups together are one. */
    static int gradientGroups(ConvShape s) {
        return s.depthwise() ? 1 : s.group();
    }

    /** Rows of each of them: taps, each of all input channels of the group. */
    static int gradientRows(ConvShape s) {
        return s.kernelH() * s.kernelW() * (s.inChannels() / s.group());
    }

    /** Pieces of a row. */
    static int gradientBlocks(ConvShape s) {
        int columns = s.outChannels() / gradientGroups(s);
        return (columns + GRADIENT_COLUMNS - 1) / GRADIENT_COLUMNS;
    }

    /** Pieces that can be computed independently of each other. */
    static int gradientPieces(ConvShape s) {
        return gradientGroups(s) * gradientBlocks(s);
    }

    /** Floats of the sums; {@code long}, since a hostile shape may ask for any number. */
    static long gradientFloats(ConvShape s) {
        long moreRows = 3L * gradientBlocks(s); // tiles read up to three behind the last
        return GRADIENT_COLUMNS * ((long) gradientPieces(s) * gradientRows(s) + moreRows);
    }

    /** How many lines an output has: its rows, or its columns where that is one row. */
    static int lines(int outH, int outW) {
        return outH == 1 ? outW : outH;
    }
}
