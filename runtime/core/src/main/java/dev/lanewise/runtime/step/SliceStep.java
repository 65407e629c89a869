package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * A regular part of x: along each axis, element {@code i} of y is element {@code start + i · stride} of
 * x. Starts are extents, since they may depend on lengths; how many elements there are follows from y.
 */
final class SliceStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;
    /** [axis] ids of extents. */
    private final int[] starts;
    /** [axis] not 0. */
    private final int[] strides;
    private final StridedCopy copy = new StridedCopy();
    private int begin;

    SliceStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.out(0);
        args.requireSameType(x, y);
        int rank = x.rank();
        args.requireRank(y, rank);
        starts = new int[rank];
        strides = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            starts[axis] = args.dim(axis);
            strides[axis] = args.integer(rank + axis);
            if (strides[axis] == 0) {
                throw args.bad("ints", "a stride of 0");
            }
        }
    }

    @Override
    public void reshape() {
        copy.begin();
        begin = x.offset;
        for (int axis = 0; axis < starts.length; axis++) {
            int start = args.extent(starts[axis]);
            int n = y.shape[axis];
            long last = start + (n - 1L) * strides[axis];
            if (n > 0 && (start >= x.shape[axis] || last < 0 || last >= x.shape[axis])) {
                throw args.misfit("axis " + axis + " takes elements " + start + " to " + last + " of "
                        + x.shape[axis] + " of tensor '" + x.name + "' " + x.describe());
            }
            // where n is 1 the product may overflow and is not used
            copy.axis(n, x.stride(axis) * strides[axis], y.stride(axis));
            begin += n > 0 ? start * x.stride(axis) : 0;
        }
        copy.prepare();
    }

    @Override
    public void run() {
        copy.run(x.buffer, begin, y.buffer, y.offset);
    }
}
