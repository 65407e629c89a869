package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** Elements of x by index along one axis; indices and y have one shape, x may be larger. */
final class GatherElementsStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Indices indices;
    private final Operand y;
    private final AlongAxis walk;

    GatherElementsStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        indices = new Indices(args, 1);
        y = args.out(0);
        walk = new AlongAxis(args.axis(0, x));
        args.requireSameType(x, y);
        args.requireRank(indices.operand, x.rank());
        args.requireRank(y, x.rank());
    }

    @Override
    public void reshape() {
        for (int a = 0; a < y.rank(); a++) {
            args.requireExtent(y, a, indices.operand.shape[a]);
        }
        if (!walk.prepare(indices.operand, x)) {
            throw args.misfit("the indices " + indices.operand.describe() + " reach beyond tensor '" + x.name + "' "
                    + x.describe());
        }
    }

    @Override
    public void run() {
        int at = walk.begin(x.offset);
        int n = y.size;
        for (int i = 0; i < n; i++) {
            x.buffer.copy(at + indices.at(i, walk.length) * walk.step, y.buffer, y.offset + i, 1);
            at = walk.next(at);
        }
    }
}
