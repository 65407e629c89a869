package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * x with slices changed, by tuples of indices (see {@link Tuples}), in the order of the updates [i...,
 * rest...]. y may be x's memory.
 */
final class ScatterNdStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand updates;
    private final Operand y;
    private final Tuples tuples;
    private final Reduction reduction;

    ScatterNdStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        updates = args.in(2);
        y = args.out(0);
        reduction = Reduction.of(args, 0, y);
        args.requireSameType(x, y);
        args.requireSameType(updates, y);
        args.requireRank(x, y.rank());
        tuples = new Tuples(args, new Indices(args, 1), y, 0);
    }

    @Override
    public void reshape() {
        for (int a = 0; a < y.rank(); a++) {
            args.requireExtent(y, a, x.shape[a]);
        }
        tuples.prepare(updates);
    }

    @Override
    public void run() {
        if (x.buffer != y.buffer || x.offset != y.offset) {
            x.buffer.copy(x.offset, y.buffer, y.offset, y.size);
        }
        int from = updates.offset;
        for (int i = 0; i < tuples.count(); i++) {
            reduction.apply(y.type, updates.buffer, from, y.buffer, tuples.address(i), tuples.rest());
            from += tuples.rest();
        }
    }
}
