package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/** The gradient of {@link CrossEntropyStep}: {@code dx = (exp(x − logSum) − [target]) · dloss}. */
final class CrossEntropyGradientStep extends Step implements Divisible {

    private final StepArgs args;
    private final MapKernels map;
    private final Operand x;
    private final Indices targets;
    private final Operand logSum;
    private final Operand ofLoss;
    private final Operand dx;
    private int classes;

    CrossEntropyGradientStep(StepArgs args) {
        this.args = args;
        map = args.kernels().map();
        x = args.floatsIn(0);
        targets = new Indices(args, 1);
        logSum = args.floatsIn(2);
        ofLoss = args.floatsIn(3);
        dx = args.floatsOut(0);
        if (x.rank() == 0) {
            throw args.bad("inputs", "scores without classes");
        }
    }

    @Override
    public void reshape() {
        classes = x.shape[x.rank() - 1];
        int rows = x.product(0, x.rank() - 1);
        args.requireEqual(targets.operand.size, rows, targets.operand, "the number of elements");
        args.requireEqual(logSum.size, rows, logSum, "the number of elements");
        args.requireEqual(ofLoss.size, rows, ofLoss, "the number of elements");
        args.requireEqual(dx.size, x.size, dx, "the number of elements");
    }

    @Override
    public void run() {
        args.share(this, logSum.size, 1, x.size * Work.EXPONENTIAL);
    }

    /** Pieces are rows. */
    @Override
    public void run(int from, int to, int worker) {
        for (int row = from; row < to; row++) {
            int at = x.offset + row * classes;
            int out = dx.offset + row * classes;
            float slope = ofLoss.buffer.floats[ofLoss.offset + row];
            float sum = logSum.buffer.floats[logSum.offset + row];
            map.binaryRight(BinaryFn.SUB, x.buffer.floats, at, sum, dx.buffer.floats, out, classes);
            map.unary(UnaryFn.EXP, 0, 0, dx.buffer.floats, out, dx.buffer.floats, out, classes);
            dx.buffer.floats[out + targets.at(row, classes)] -= 1;
            map.binaryRight(BinaryFn.MUL, dx.buffer.floats, out, slope, dx.buffer.floats, out, classes);
        }
    }
}
