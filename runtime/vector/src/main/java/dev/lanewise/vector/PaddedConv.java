package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;

/**
 * A convolution with ReLU from a copy of the image, or of what lies at its sides, that has zeros around it, so that no
 * column of pixels is a border: where the copy is little work and stays in the first cache.
 *
 * <p>The products with zeros leave every bit as it is: with finite weights they are zeros, and adding one can only turn
 * a sum of −0 into +0, which ReLU does to it anyway. Without ReLU, or with an infinite weight, borders have fewer taps
 * (see {@link DirectConv}). Above and below the image there are fewer taps here too: these cost nothing.
 *
 * <p>Thread-safe but for {@link #fill}; allocates only when it is made.
 */
abstract class PaddedConv {

    final ConvShape s;
    final ImageSize size;
    /** Columns of the image and its zeros: those that taps fall on. */
    final int columns;

    PaddedConv(ConvShape s, ImageSize size) {
        this.s = s;
        this.size = size;
        this.columns = columns(s, size);
    }

    static int columns(ConvShape s, ImageSize size) {
        return (size.outW() - 1) * s.strideW() + (s.kernelW() - 1) * s.dilationW() + 1;
    }

    /** For images of that size; {@code null} where it is no gain, or there is no class to be had for it. */
    static PaddedConv of(ConvShape s, ImageSize size) {
        // columns that have all taps
        int inner = (size.inW() - (s.kernelW() - 1) * s.dilationW() - 1) / s.strideW() + 1;
        if (s.kernelW() == 1 || size.inW() < s.kernelW() || inner >= size.outW()) {
            return null;
        }
        if (size.outH() == 1) {
            return PaddedEnds.of(s, size);
        }
        PaddedConv tiles = PairConv.of(s, size);
        return tiles == null ? PaddedColumns.of(s, size) : tiles;
    }

    /** The same filter over the image and its zeros. */
    static ConvShape withoutPadding(ConvShape s) {
        return new ConvShape(
                s.group(), s.inChannels(), s.outChannels(), s.kernelH(), s.kernelW(), s.strideH(), s.strideW(),
                s.dilationH(), s.dilationW(), s.padTop(), 0);
    }

    /** Whether it is for images of that size, and so many lines of one. */
    boolean takes(int inH, int inW, int outH, int outW, int lines) {
        return size.inH() == inH && size.inW() == inW && size.outH() == outH && size.outW() == outW;
    }

    /**
     * Takes the weights of the packed filter.
     *
     * @param panels {@link Panels} of [kernelH · kernelW, outChannels]
     */
    abstract void fill(float[] panels);

    /**
     * Lines [from, to) of the output, see {@link dev.lanewise.runtime.kernel.ConvKernels#lines}, ReLU included.
     *
     * @param x [inH, inW, inChannels]
     * @param bias [outChannels], or {@link Tiling#ZEROS}
     * @param y [outH, outW, outChannels]
     */
    abstract void lines(
            float[] panels, float[] x, int xOff, float[] bias, int io, float[] y, int yOff, int from, int to,
            float[] scratch);

    /** Of weights that it keeps itself. */
    long bytes() {
        return 0;
    }

    /** The templates and their constants, for people. */
    abstract String form();
}
