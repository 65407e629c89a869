package dev.lanewise.runtime.step;

import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * A tensor of i32 or i64 indices. They are data, so each is checked when it is used, always. A negative
 * one counts from the end.
 */
final class Indices {

    final Operand operand;
    private final StepArgs args;
    private final boolean wide;

    Indices(StepArgs args, int input) {
        this.args = args;
        this.operand = args.requireIndices(args.in(input));
        this.wide = operand.type == dev.lanewise.formats.DType.I64;
    }

    /**
     * Index {@code i}, in row-major order, as a position among {@code n}.
     *
     * @throws PlanException where it lies outside
     */
    int at(int i, int n) {
        long index = wide ? operand.buffer.longs[operand.offset + i] : operand.buffer.ints[operand.offset + i];
        long position = index < 0 ? index + n : index;
        if (position < 0 || position >= n) {
            throw outside(i, index, n);
        }
        return (int) position;
    }

    private PlanException outside(int i, long index, int n) {
        return new PlanException(args.describe() + ": element " + i + " of tensor '" + operand.name + "' is the index "
                + index + ", outside an axis of " + n);
    }
}
