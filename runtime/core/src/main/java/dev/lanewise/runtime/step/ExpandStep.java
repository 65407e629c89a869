package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** x broadcast to y's extents: its axes are y's innermost, and those of extent 1 are repeated. */
final class ExpandStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;
    private final StridedCopy copy = new StridedCopy();

    ExpandStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.out(0);
        args.requireSameType(x, y);
        if (x.rank() > y.rank()) {
            throw args.bad("operands", "x has rank " + x.rank() + ", y only " + y.rank());
        }
    }

    @Override
    public void reshape() {
        int added = y.rank() - x.rank();
        copy.begin();
        for (int axis = 0; axis < y.rank(); axis++) {
            int own = axis - added;
            boolean repeated = own < 0 || x.shape[own] == 1;
            if (!repeated) {
                args.requireExtent(y, axis, x.shape[own]);
            }
            copy.axis(y.shape[axis], repeated ? 0 : x.stride(own), y.stride(axis));
        }
        copy.prepare();
    }

    @Override
    public void run() {
        copy.run(x.buffer, x.offset, y.buffer, y.offset);
    }
}
