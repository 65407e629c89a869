package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Geometry of a convolution over one to three axes as its steps have it among their ints: group, then strides,
 * dilations, pads before. The kernels know two axes; one is an image of height 1, and three are a sum of
 * two-dimensional ones over the taps of the first.
 */
final class ConvWindows {

    final int axes;
    final int group;
    final int channels;
    final int outChannels;
    /** Depth, height, width. */
    final Window[] windows = {Window.NONE, Window.NONE, Window.NONE};
    final int[] in = {1, 1, 1};
    final int[] out = {1, 1, 1};
    private final StepArgs args;
    private final Operand x;
    private final Operand filter;
    private final Operand y;
    private final int channelAxis;
    private final int firstSpatial;

    /**
     * Channels last.
     *
     * @param x [N, spatial..., C]
     * @param filter [O, C / group, kernel...]
     * @param y [N, spatial..., O]
     */
    ConvWindows(StepArgs args, Operand x, Operand filter, Operand y) {
        this(args, x, filter, y, false);
    }

    /** @param planes whether x is [N, C, spatial...], and y the like */
    ConvWindows(StepArgs args, Operand x, Operand filter, Operand y, boolean planes) {
        this.args = args;
        this.x = x;
        this.filter = filter;
        this.y = y;
        axes = filter.rank() - 2;
        if (axes < 1 || axes > 3) {
            throw args.bad("operands", "a filter of rank " + filter.rank() + "; expected 3 to 5");
        }
        args.requireRank(x, axes + 2);
        args.requireRank(y, axes + 2);
        channelAxis = planes ? 1 : axes + 1;
        firstSpatial = planes ? 2 : 1;
        group = args.integer(0, 1, Integer.MAX_VALUE);
        outChannels = filter.shape[0];
        if (outChannels % group != 0 || (long) filter.shape[1] * group > Integer.MAX_VALUE) {
            throw args.bad("ints", "filter " + filter.describe() + " cannot be split into " + group + " groups");
        }
        channels = filter.shape[1] * group;
        for (int i = 0; i < axes; i++) {
            windows[3 - axes + i] = new Window(
                    filter.shape[2 + i],
                    args.integer(1 + i, 1, Integer.MAX_VALUE),
                    args.integer(1 + axes + i, 1, Integer.MAX_VALUE),
                    args.integer(1 + 2 * axes + i, 0, Integer.MAX_VALUE));
        }
        args.requirePackable(filter, filter.product(1, filter.rank()), outChannels / group, group);
        takeExtents(); // the bounds, as yet
    }

    /** Of one image of the sum. */
    ConvKernels.ConvShape shape() {
        Window height = windows[1];
        Window width = windows[2];
        return new ConvKernels.ConvShape(
                group, channels, outChannels, height.kernel(), width.kernel(), height.stride(), width.stride(),
                height.dilation(), width.dilation(), height.padBefore(), width.padBefore());
    }

    /** Checks extents against each other. */
    void reshape() {
        args.requireEqual(y.shape[0], x.shape[0], y, "the batch");
        args.requireEqual(x.shape[channelAxis], channels, x, "the number of channels");
        args.requireEqual(y.shape[channelAxis], outChannels, y, "the number of channels");
        args.requireExtent(filter, 0, outChannels);
        args.requireExtent(filter, 1, channels / group);
        takeExtents();
        for (int i = 0; i < axes; i++) {
            args.requireExtent(filter, 2 + i, windows[3 - axes + i].kernel());
            windows[3 - axes + i].check(args, y.shape[firstSpatial + i]);
        }
    }

    private void takeExtents() {
        for (int i = 0; i < axes; i++) {
            in[3 - axes + i] = x.shape[firstSpatial + i];
            out[3 - axes + i] = y.shape[firstSpatial + i];
        }
    }

    int taps() {
        return Math.multiplyExact(windows[0].kernel(), windows[1].kernel() * windows[2].kernel());
    }
}
