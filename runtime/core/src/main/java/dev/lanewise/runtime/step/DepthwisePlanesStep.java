package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/** A depthwise convolution of images that lie plane by plane: x [N, C, H, W], filter [C, 1, kernel...], y as x. */
final class DepthwisePlanesStep extends Step implements Divisible {

    private final StepArgs args;
    private final ConvKernels kernels;
    private final Operand x;
    private final Operand filter;
    private final Operand bias;
    private final Operand y;
    private final Epilogue epilogue;
    private final ConvWindows geometry;
    private final ConvKernels.ConvShape shape;

    DepthwisePlanesStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().conv();
        x = args.floatsIn(0);
        filter = args.floatsIn(1);
        bias = args.floatsInOrNull(2);
        y = args.floatsOut(0);
        geometry = new ConvWindows(args, x, filter, y, true);
        if (geometry.axes != 2 || geometry.group != geometry.channels || geometry.group != geometry.outChannels) {
            throw args.bad("operands", "filter " + filter.describe() + " in " + geometry.group
                    + " groups; expected two axes and one channel in each group");
        }
        epilogue = args.epilogue(1 + 3 * geometry.axes, 0);
        shape = geometry.shape();
    }

    @Override
    public void reshape() {
        geometry.reshape();
        if (bias != null) {
            args.requireEqual(bias.size, geometry.outChannels, bias, "the number of elements");
        }
    }

    @Override
    public void run() {
        if (y.size > 0) {
            args.share(this, y.shape[0] * geometry.channels, 1, multiplyAdds());
        }
    }

    /** Pieces are planes; those of one image are done together. */
    @Override
    public void run(int from, int to, int worker) {
        int channels = geometry.channels;
        int[] in = geometry.in;
        int[] out = geometry.out;
        for (int piece = from; piece < to; ) {
            int n = piece / channels;
            int first = piece - n * channels;
            int last = Math.min(channels, first + to - piece);
            kernels.planes(
                    shape, x.buffer.floats, x.offset + n * channels * in[1] * in[2], in[1], in[2],
                    filter.buffer.floats, filter.offset, bias == null ? null : bias.buffer.floats,
                    bias == null ? 0 : bias.offset, epilogue,
                    y.buffer.floats, y.offset + n * channels * out[1] * out[2], out[1], out[2], first, last);
            piece += last - first;
        }
    }

    @Override
    public long multiplyAdds() {
        return y.size * (long) geometry.taps();
    }
}
