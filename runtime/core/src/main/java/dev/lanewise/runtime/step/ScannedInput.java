package dev.lanewise.runtime.step;

import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.StepArgs;

/** A tensor of which each iteration of REPEAT sees one slice along an axis, which the slice lacks. */
final class ScannedInput {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand x;
    private final Operand slice;
    private final int axis;
    private final boolean reverse;
    private final StridedCopy copy = new StridedCopy();

    ScannedInput(StepArgs args, Operand x, Operand slice, int axis, boolean reverse) {
        this.args = args;
        this.memory = args.memory();
        this.x = x;
        this.slice = slice;
        this.axis = axis;
        this.reverse = reverse;
        args.requireSameType(x, slice);
        args.requireRank(slice, x.rank() - 1);
    }

    /** Before the first iteration. */
    void begin() {
        copy.begin();
        for (int a = 0; a < slice.rank(); a++) {
            memory.learn(slice.dim(a), x.shape[a < axis ? a : a + 1], slice.name);
        }
        slice.refresh(memory.extents());
        for (int a = 0; a < slice.rank(); a++) {
            copy.axis(slice.shape[a], x.stride(a < axis ? a : a + 1), slice.stride(a));
        }
        copy.prepare();
    }

    void fill(int iteration) {
        int n = x.shape[axis];
        if (iteration >= n) {
            throw new PlanException(args.describe() + ": iteration " + iteration + " of a loop over tensor '" + x.name
                    + "' " + x.describe() + ", which has " + n + " elements along axis " + axis);
        }
        int at = reverse ? n - 1 - iteration : iteration;
        copy.run(x.buffer, x.offset + at * x.stride(axis), slice.buffer, slice.offset);
    }
}
