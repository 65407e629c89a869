package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** Slices of x by tuples of indices; see {@link Tuples}. y [batch..., i..., rest...]. */
final class GatherNdStep extends Step {

    private final Operand x;
    private final Operand y;
    private final Tuples tuples;

    GatherNdStep(StepArgs args) {
        x = args.in(0);
        y = args.out(0);
        args.requireSameType(x, y);
        tuples = new Tuples(args, new Indices(args, 1), x, args.integer(0, 0, Math.max(0, x.rank() - 1)));
    }

    @Override
    public void reshape() {
        tuples.prepare(y);
    }

    @Override
    public void run() {
        int to = y.offset;
        for (int i = 0; i < tuples.count(); i++) {
            x.buffer.copy(tuples.address(i), y.buffer, to, tuples.rest());
            to += tuples.rest();
        }
    }
}
