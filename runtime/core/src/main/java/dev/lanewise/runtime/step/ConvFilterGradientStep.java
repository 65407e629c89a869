package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * The gradient of a convolution's filter: x [N, spatial..., C], dy [N, spatial..., O], dw [O, C/group, kernel...].
 * Image by image, each with its padding copied to scratch, the sums rows by taps; transposed at the end.
 */
final class ConvFilterGradientStep extends Step implements Divisible {

    private final StepArgs args;
    private final ConvKernels kernels;
    private final Operand x;
    private final Operand dy;
    private final Operand dw;
    /** An image with padding, and its gradient, for each worker. */
    private final Operand images;
    private final Operand sums;
    private final ConvWindows geometry;
    private final ConvKernels.ConvShape shape;
    private final int pieces;
    private final int depths;
    /** Floats of the sums at one depth of taps. */
    private final int sumFloats;
    private int paddedH;
    private int paddedW;
    private int imageFloats;

    ConvFilterGradientStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().conv();
        x = args.floatsIn(0);
        dy = args.floatsIn(1);
        dw = args.floatsOut(0);
        images = args.floatsOut(1);
        sums = args.floatsOut(2);
        args.memory().reserve(images);
        geometry = new ConvWindows(args, x, dw, dy);
        shape = geometry.shape();
        depths = geometry.windows[0].kernel();
        long floats = dw.size == 0 ? 0 : ConvKernels.gradientFloats(shape);
        if (floats * depths > sums.capacity) {
            throw args.bad("outputs", "scratch '" + sums.name + "' is too small for the filter " + dw.describe());
        }
        sumFloats = (int) floats;
        pieces = dw.size == 0 ? 0 : ConvKernels.gradientPieces(shape);
    }

    @Override
    public void reshape() {
        geometry.reshape();
        long height = padded(1);
        long width = padded(2);
        double floats = (double) height * width * geometry.channels
                + (double) geometry.out[1] * geometry.out[2] * geometry.outChannels + 2 * ConvKernels.SLACK;
        if (dw.size > 0 && dy.size > 0 && floats > images.capacity) {
            throw args.misfit("scratch '" + images.name + "' is too small for images of " + x.describe());
        }
        paddedH = (int) height;
        paddedW = (int) width;
        imageFloats = paddedH * paddedW * geometry.channels + ConvKernels.SLACK;
    }

    /** What the windows of all outputs cover. */
    private long padded(int axis) {
        Window window = geometry.windows[axis];
        return (geometry.out[axis] - 1L) * window.stride() + (window.kernel() - 1L) * window.dilation() + 1;
    }

    @Override
    public void run() {
        Arrays.fill(sums.buffer.floats, sums.offset, sums.offset + sumFloats * depths, 0f);
        if (x.size > 0 && dy.size > 0 && pieces > 0) {
            args.share(this, pieces, 1, multiplyAdds());
        }
        for (int depth = 0; depth < depths && pieces > 0; depth++) {
            store(depth);
        }
    }

    /** Pieces are output channels. */
    @Override
    public void run(int from, int to, int worker) {
        float[] scratch = args.memory().scratch(images, worker);
        int padded = args.memory().scratchOffset(images, worker);
        int copy = padded + imageFloats;
        int result = geometry.out[1] * geometry.out[2] * geometry.outChannels;
        Arrays.fill(scratch, padded, padded + imageFloats, 0f);
        for (int n = 0; n < x.shape[0]; n++) {
            for (int outDepth = 0; outDepth < geometry.out[0]; outDepth++) {
                float[] of = dy.buffer.floats;
                int ofAt = dy.offset + (n * geometry.out[0] + outDepth) * result;
                if (ofAt + result > of.length - ConvKernels.SLACK) {
                    System.arraycopy(of, ofAt, scratch, copy, result);
                    of = scratch;
                    ofAt = copy;
                }
                for (int tap = 0; tap < depths; tap++) {
                    int depth = geometry.windows[0].position(outDepth, tap);
                    if (depth < 0 || depth >= geometry.in[0]) {
                        continue;
                    }
                    pad(n * geometry.in[0] + depth, scratch, padded);
                    for (int piece = from; piece < to; piece++) {
                        kernels.addFilterGradient(
                                shape, scratch, padded, paddedW, of, ofAt, geometry.out[1], geometry.out[2],
                                piece, sums.buffer.floats, sums.offset + tap * sumFloats);
                    }
                }
            }
        }
    }

    /** Copies an image into its padding, as far as windows reach. */
    private void pad(int image, float[] to, int toOff) {
        int top = geometry.windows[1].padBefore();
        int left = geometry.windows[2].padBefore();
        int rows = Math.min(geometry.in[1], paddedH - top);
        int columns = Math.min(geometry.in[2], paddedW - left);
        for (int row = 0; row < rows && columns > 0; row++) {
            System.arraycopy(
                    x.buffer.floats, x.offset + (image * geometry.in[1] + row) * geometry.in[2] * geometry.channels,
                    to, toOff + ((top + row) * paddedW + left) * geometry.channels, columns * geometry.channels);
        }
    }

    /** [group, taps, in, columns] to [O, in, depths, taps]. */
    private void store(int depth) {
        int groups = ConvKernels.gradientGroups(shape);
        int out = geometry.outChannels / groups;
        int in = geometry.channels / geometry.group;
        int taps = shape.kernelH() * shape.kernelW();
        int pitch = ConvKernels.gradientBlocks(shape) * ConvKernels.GRADIENT_COLUMNS;
        float[] from = sums.buffer.floats;
        float[] to = dw.buffer.floats;
        for (int o = 0; o < geometry.outChannels; o++) {
            int group = sums.offset + depth * sumFloats + o / out * taps * in * pitch + o % out;
            for (int i = 0; i < in; i++) {
                int at = dw.offset + ((o * in + i) * depths + depth) * taps;
                for (int tap = 0; tap < taps; tap++) {
                    to[at + tap] = from[group + (tap * in + i) * pitch];
                }
            }
        }
    }

    @Override
    public long multiplyAdds() {
        return dy.size * (long) geometry.taps() * (geometry.channels / geometry.group);
    }
}
