package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The surprise of each row's target, {@code log Σ exp(x) − x[target]}, of scores x [..., C] and targets [...]. The
 * sum is taken of {@code exp(x − max)}, so that it neither overflows nor vanishes.
 */
final class CrossEntropyStep extends Step {

    private final StepArgs args;
    private final Kernels kernels;
    private final Operand x;
    private final Indices targets;
    private final Operand loss;
    private final Operand logSum;
    private final float[] scratch;
    private int classes;

    CrossEntropyStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels();
        x = args.floatsIn(0);
        targets = new Indices(args, 1);
        loss = args.floatsOut(0);
        logSum = args.floatsOut(1);
        scratch = args.memory().scratch();
        if (x.rank() == 0) {
            throw args.bad("inputs", "scores without classes");
        }
    }

    @Override
    public void reshape() {
        classes = x.shape[x.rank() - 1];
        int rows = x.product(0, x.rank() - 1);
        args.requireEqual(targets.operand.size, rows, targets.operand, "the number of elements");
        args.requireEqual(loss.size, rows, loss, "the number of elements");
        args.requireEqual(logSum.size, rows, logSum, "the number of elements");
    }

    @Override
    public void run() {
        for (int row = 0; row < loss.size; row++) {
            int at = x.offset + row * classes;
            float sum = logSum(x.buffer.floats, at);
            logSum.buffer.floats[logSum.offset + row] = sum;
            loss.buffer.floats[loss.offset + row] = sum - x.buffer.floats[at + targets.at(row, classes)];
        }
    }

    private float logSum(float[] scores, int at) {
        float max = kernels.reduce().row(ReduceFn.MAX, scores, at, classes);
        float sum = 0;
        for (int from = 0; from < classes; from += scratch.length) {
            int n = Math.min(scratch.length, classes - from);
            kernels.map().binaryRight(BinaryFn.SUB, scores, at + from, max, scratch, 0, n);
            kernels.map().unary(UnaryFn.EXP, 0, 0, scratch, 0, scratch, 0, n);
            sum += kernels.reduce().row(ReduceFn.SUM, scratch, 0, n);
        }
        scratch[0] = sum;
        kernels.map().unary(UnaryFn.LOG, 0, 0, scratch, 0, scratch, 0, 1);
        return max + scratch[0];
    }
}
