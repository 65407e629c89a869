package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** Axes in another order: axis {@code i} of y is axis {@code permutation[i]} of x. */
final class TransposeStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;
    private final int[] permutation;
    private final StridedCopy copy;

    TransposeStep(StepArgs args) {
        this.args = args;
        copy = new StridedCopy(args.kernels().layout());
        x = args.in(0);
        y = args.out(0);
        args.requireSameType(x, y);
        args.requireRank(y, x.rank());
        permutation = new int[x.rank()];
        boolean[] seen = new boolean[x.rank()];
        for (int i = 0; i < permutation.length; i++) {
            permutation[i] = args.axis(i, x);
            if (seen[permutation[i]]) {
                throw args.bad("ints", "axis " + permutation[i] + " twice in the permutation");
            }
            seen[permutation[i]] = true;
        }
    }

    @Override
    public void reshape() {
        copy.begin();
        for (int i = 0; i < permutation.length; i++) {
            args.requireExtent(y, i, x.shape[permutation[i]]);
            copy.axis(y.shape[i], x.stride(permutation[i]), y.stride(i));
        }
        copy.prepare();
    }

    @Override
    public void run() {
        copy.run(x.buffer, x.offset, y.buffer, y.offset);
    }
}
