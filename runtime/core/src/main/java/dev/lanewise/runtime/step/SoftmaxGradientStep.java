package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/** The gradient of a softmax over the last axis, or of its logarithm: y, what it gave, and dy give dx. f32. */
final class SoftmaxGradientStep extends Step implements Divisible {

    private final StepArgs args;
    private final NormKernels kernels;
    private final Operand y;
    private final Operand dy;
    private final Operand dx;
    private final boolean logarithm;
    private int rows;
    private int n;

    SoftmaxGradientStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().norm();
        y = args.floatsIn(0);
        dy = args.floatsIn(1);
        dx = args.floatsOut(0);
        logarithm = args.flag(0);
        if (y.rank() == 0) {
            throw args.bad("inputs", "no softmax of " + y.describe());
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(dy.size, y.size, dy, "the number of elements");
        args.requireEqual(dx.size, y.size, dx, "the number of elements");
        n = y.shape[y.rank() - 1];
        rows = y.size == 0 ? 0 : y.size / n;
    }

    @Override
    public void run() {
        if (rows > 0) {
            args.share(this, rows, 1, (long) y.size * (logarithm ? Work.EXPONENTIAL : Work.NORMALISATION));
        }
    }

    /** Pieces are rows. */
    @Override
    public void run(int from, int to, int worker) {
        int at = from * n;
        if (logarithm) {
            kernels.logSoftmaxGradient(
                    y.buffer.floats, y.offset + at, dy.buffer.floats, dy.offset + at, dx.buffer.floats,
                    dx.offset + at, to - from, n);
        } else {
            kernels.softmaxGradient(
                    y.buffer.floats, y.offset + at, dy.buffer.floats, dy.offset + at, dx.buffer.floats,
                    dx.offset + at, to - from, n);
        }
    }
}
