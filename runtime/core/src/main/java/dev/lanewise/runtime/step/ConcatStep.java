package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Inputs one after another along an axis, on which alone they may differ. The first may be what the output
 * extends in place: a cache that only gets longer costs what is appended.
 */
final class ConcatStep extends Step {

    private final StepArgs args;
    private final Operand[] inputs;
    private final Operand y;
    private final int axis;
    private final StridedCopy[] copies;
    /** The first input that is copied: 1 where y begins with the first input as it lies. */
    private final int first;

    ConcatStep(StepArgs args) {
        this.args = args;
        y = args.out(0);
        axis = args.axis(0, y);
        inputs = new Operand[args.inputCount()];
        copies = new StridedCopy[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = args.in(i);
            args.requireSameType(inputs[i], y);
            args.requireRank(inputs[i], y.rank());
            copies[i] = new StridedCopy();
        }
        // what has no elements lies anywhere
        boolean inPlace = inputs.length > 0 && inputs[0].capacity > 0
                && inputs[0].buffer == y.buffer && inputs[0].offset == y.offset;
        first = inPlace ? 1 : 0;
    }

    @Override
    public void reshape() {
        long length = 0;
        for (int i = 0; i < inputs.length; i++) {
            Operand x = inputs[i];
            copies[i].begin();
            for (int a = 0; a < y.rank(); a++) {
                if (a != axis) {
                    args.requireExtent(x, a, y.shape[a]);
                }
                copies[i].axis(x.shape[a], x.stride(a), y.stride(a));
            }
            copies[i].prepare();
            length += x.shape[axis];
        }
        if (length != y.shape[axis]) {
            throw args.misfit("the inputs have " + length + " elements along axis " + axis + ", tensor '" + y.name
                    + "' " + y.describe() + " has not");
        }
        if (first == 1 && y.size > 0 && y.product(0, axis) != 1) {
            throw args.misfit("tensor '" + y.name + "' " + y.describe() + " cannot grow in place along axis " + axis);
        }
    }

    @Override
    public void run() {
        int at = y.offset;
        int stride = y.stride(axis);
        for (int i = 0; i < inputs.length; i++) {
            Operand x = inputs[i];
            if (i >= first) {
                copies[i].run(x.buffer, x.offset, y.buffer, at);
            }
            at += x.shape[axis] * stride;
        }
    }
}
