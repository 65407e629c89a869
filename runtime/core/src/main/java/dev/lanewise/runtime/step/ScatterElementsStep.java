package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * x with single elements changed, by index along one axis, in the order of the updates. Indices and
 * updates have one shape, x and y another. y may be x's memory.
 */
final class ScatterElementsStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Indices indices;
    private final Operand updates;
    private final Operand y;
    private final AlongAxis walk;
    private final Reduction reduction;

    ScatterElementsStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        indices = new Indices(args, 1);
        updates = args.in(2);
        y = args.out(0);
        walk = new AlongAxis(args.axis(0, y));
        reduction = Reduction.of(args, 1, y);
        args.requireSameType(x, y);
        args.requireSameType(updates, y);
        args.requireRank(x, y.rank());
        args.requireRank(indices.operand, y.rank());
        args.requireRank(updates, y.rank());
    }

    @Override
    public void reshape() {
        for (int a = 0; a < y.rank(); a++) {
            args.requireExtent(y, a, x.shape[a]);
            args.requireExtent(updates, a, indices.operand.shape[a]);
        }
        if (!walk.prepare(indices.operand, y)) {
            throw args.misfit("the indices " + indices.operand.describe() + " reach beyond tensor '" + y.name + "' "
                    + y.describe());
        }
    }

    @Override
    public void run() {
        if (x.buffer != y.buffer || x.offset != y.offset) {
            x.buffer.copy(x.offset, y.buffer, y.offset, y.size);
        }
        int at = walk.begin(y.offset);
        int n = updates.size;
        for (int i = 0; i < n; i++) {
            int to = at + indices.at(i, walk.length) * walk.step;
            reduction.apply(y.type, updates.buffer, updates.offset + i, y.buffer, to, 1);
            at = walk.next(at);
        }
    }
}
