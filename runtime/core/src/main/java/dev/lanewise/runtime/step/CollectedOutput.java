package dev.lanewise.runtime.step;

import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * A tensor that REPEAT puts together from one slice per iteration along a new axis. Room is made for the
 * iterations that there may be; where the loop ends before, the slices are moved together.
 */
final class CollectedOutput {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand slice;
    private final Operand y;
    private final int axis;
    private final boolean reverse;
    private final StridedCopy copy = new StridedCopy();
    /** [rank of slice] of the first iteration. */
    private final int[] shape;
    private int room;
    /** Elements of y per step along the axis. */
    private int inner;

    CollectedOutput(StepArgs args, Operand slice, Operand y, int axis, boolean reverse) {
        this.args = args;
        this.memory = args.memory();
        this.slice = slice;
        this.y = y;
        this.axis = axis;
        this.reverse = reverse;
        args.requireSameType(slice, y);
        args.requireRank(slice, y.rank() - 1);
        slice.materialise();
        shape = new int[slice.rank()];
    }

    /** After the first iteration, when the slice's shape is known. */
    private void begin(int iterations) {
        room = iterations;
        if ((long) slice.size * room > y.capacity) {
            throw new PlanException(args.describe() + ": " + room + " slices of tensor '" + slice.name + "' "
                    + slice.describe() + " do not fit the " + y.capacity + " elements reserved for '" + y.name + "'");
        }
        System.arraycopy(slice.shape, 0, shape, 0, shape.length);
        inner = slice.size == 0 ? 0 : slice.product(axis, slice.rank());
        copy.begin();
        for (int a = 0; a < shape.length; a++) {
            copy.axis(shape[a], slice.stride(a), a < axis ? slice.stride(a) * room : slice.stride(a));
        }
        copy.prepare();
    }

    /** Puts one slice in its place. */
    void take(int iteration, int iterations) {
        if (iteration == 0) {
            begin(iterations);
        }
        for (int a = 0; a < shape.length; a++) {
            if (slice.shape[a] != shape[a]) {
                throw new PlanException(args.describe() + ": tensor '" + slice.name + "' " + slice.describe()
                        + " had another shape in the first iteration; slices to be put together must agree");
            }
        }
        int at = reverse ? room - 1 - iteration : iteration;
        copy.run(slice.buffer, slice.offset, y.buffer, y.offset + at * inner);
    }

    /** After the last iteration: y gets its extents. */
    void end(int done) {
        for (int a = 0; a < y.rank(); a++) {
            int dim = y.dim(a);
            if (a == axis) {
                memory.learn(dim, done, y.name);
            } else if (done > 0) {
                memory.learn(dim, shape[a < axis ? a : a - 1], y.name);
            } else if (memory.definition().isLearnt(dim)) {
                memory.learn(dim, 0, y.name); // no slice has told
            }
        }
        y.refresh(memory.extents());
        if (done > 0 && done < room && y.size > 0) {
            int skipped = reverse ? room - done : 0;
            int outer = y.product(0, axis);
            for (int o = 0; o < outer; o++) {
                y.buffer.copy(y.offset + (o * room + skipped) * inner, y.buffer, y.offset + o * done * inner,
                        done * inner);
            }
        }
    }
}
