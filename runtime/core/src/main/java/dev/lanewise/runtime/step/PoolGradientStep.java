package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/** The gradient of a pool over one or two axes: of the maximum x and dy, of the average dy alone give dx. */
final class PoolGradientStep extends Step implements Divisible {

    private final StepArgs args;
    private final PoolKernels kernels;
    private final boolean average;
    private final boolean countIncludePad;
    /** {@code null} for the average. */
    private final Operand x;
    private final Operand dy;
    private final Operand dx;
    private final int axes;
    /** Height, width. */
    private final Window[] windows = {Window.NONE, Window.NONE};
    private final int[] padAfter = new int[2];
    private final int[] in = {1, 1};
    private final int[] out = {1, 1};
    private final int[] padded = {1, 1};
    private final PoolKernels.PoolShape shape;
    private int channels;

    static Step of(StepArgs args, boolean average) {
        return args.out(0).rank() == 5
                ? new VolumePoolGradientStep(args, average)
                : new PoolGradientStep(args, average);
    }

    private PoolGradientStep(StepArgs args, boolean average) {
        this.args = args;
        this.average = average;
        kernels = args.kernels().pool();
        x = average ? null : args.floatsIn(0);
        dy = args.floatsIn(average ? 0 : 1);
        dx = args.floatsOut(0);
        axes = dx.rank() - 2;
        if (axes < 1 || axes > 2) {
            throw args.bad("outputs", "dx has rank " + dx.rank() + "; expected 3 or 4");
        }
        args.requireRank(dy, axes + 2);
        for (int i = 0; i < axes; i++) {
            windows[2 - axes + i] = new Window(
                    args.integer(4 * i, 1, Integer.MAX_VALUE), args.integer(4 * i + 1, 1, Integer.MAX_VALUE),
                    args.integer(4 * i + 2, 1, Integer.MAX_VALUE), args.integer(4 * i + 3, 0, Integer.MAX_VALUE));
        }
        countIncludePad = average && args.flag(4 * axes);
        for (int i = 0; i < axes && average; i++) {
            padAfter[2 - axes + i] = args.integer(4 * axes + 1 + i, 0, Integer.MAX_VALUE);
        }
        shape = new PoolKernels.PoolShape(
                windows[0].kernel(), windows[1].kernel(), windows[0].stride(), windows[1].stride(),
                windows[0].dilation(), windows[1].dilation(), windows[0].padBefore(), windows[1].padBefore());
    }

    @Override
    public void reshape() {
        channels = dx.shape[axes + 1];
        args.requireEqual(dy.shape[0], dx.shape[0], dy, "the batch");
        args.requireEqual(dy.shape[axes + 1], channels, dy, "the number of channels");
        for (int i = 0; i < dx.rank() && x != null; i++) {
            args.requireExtent(x, i, dx.shape[i]);
        }
        for (int i = 0; i < axes; i++) {
            int axis = 2 - axes + i;
            in[axis] = dx.shape[1 + i];
            out[axis] = dy.shape[1 + i];
            windows[axis].check(args, out[axis]);
            PoolStep.requireReach(args, windows[axis], in[axis], dx);
            long whole = (long) in[axis] + windows[axis].padBefore() + padAfter[axis];
            padded[axis] = countIncludePad ? (int) Math.min(whole, Integer.MAX_VALUE) : in[axis];
        }
    }

    @Override
    public void run() {
        if (dx.size > 0) {
            long taps = (long) windows[0].kernel() * windows[1].kernel();
            args.share(this, dx.shape[0], 1, (dx.size + dy.size * taps) * Work.MEMORY);
        }
    }

    /** Pieces are images. */
    @Override
    public void run(int from, int to, int worker) {
        int image = in[0] * in[1] * channels;
        int result = out[0] * out[1] * channels;
        for (int n = from; n < to; n++) {
            if (average) {
                kernels.averageGradient(
                        shape, channels, in[0], in[1], countIncludePad, padded[0], padded[1], dy.buffer.floats,
                        dy.offset + n * result, out[0], out[1], dx.buffer.floats, dx.offset + n * image);
            } else {
                kernels.maxGradient(
                        shape, channels, x.buffer.floats, x.offset + n * image, in[0], in[1], dy.buffer.floats,
                        dy.offset + n * result, out[0], out[1], dx.buffer.floats, dx.offset + n * image);
            }
        }
    }
}
