package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The same elements in the same order under other extents. Nothing is done where the compiler has
 * placed both in one memory, which is the rule; otherwise it is a copy.
 */
final class ReshapeStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;

    ReshapeStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.out(0);
        if (x.type.storage() != y.type.storage()) {
            throw args.bad("operands", "x is " + x.type + " and y " + y.type + ", which are stored differently");
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
    }

    @Override
    public boolean isEmpty() {
        return x.buffer == y.buffer && x.offset == y.offset;
    }

    @Override
    public void run() {
        if (!isEmpty()) {
            System.arraycopy(x.buffer.array(), x.offset, y.buffer.array(), y.offset, x.size);
        }
    }
}
