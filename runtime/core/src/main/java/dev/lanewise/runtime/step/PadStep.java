package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * x with elements added around it: a constant, the nearest element (edge), x mirrored without
 * repeating its border (reflect), or x over again (wrap). How much is added in front of each axis is an
 * extent; how much behind follows from y. Extents are never negative: a pad that crops is compiled to a
 * SLICE before this step.
 */
final class PadStep extends Step {

    private enum Mode {
        CONSTANT,
        EDGE,
        REFLECT,
        WRAP
    }

    private final StepArgs args;
    private final Operand x;
    private final Operand value;
    private final Operand y;
    private final Mode mode;
    /** [axis] ids of extents. */
    private final int[] beforeDims;
    /** [axis] */
    private final int[] before;
    private final int[] counter;
    private final StridedCopy copy = new StridedCopy();
    /** Address in y of x's first element. */
    private int inner;

    PadStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        value = args.inOrNull(1);
        y = args.out(0);
        mode = args.constant(0, Mode.values());
        args.requireSameType(x, y);
        args.requireRank(y, x.rank());
        if (value != null) {
            args.requireSameType(x, value);
        }
        before = new int[x.rank()];
        beforeDims = new int[x.rank()];
        counter = new int[x.rank()];
        for (int axis = 0; axis < before.length; axis++) {
            beforeDims[axis] = args.dim(1 + axis);
        }
    }

    @Override
    public void reshape() {
        if (value != null) {
            args.requireEqual(value.size, 1, value, "the number of elements");
        }
        copy.begin();
        inner = y.offset;
        for (int axis = 0; axis < before.length; axis++) {
            before[axis] = args.extent(beforeDims[axis]);
            if ((long) before[axis] + x.shape[axis] > y.shape[axis]) {
                throw args.misfit("axis " + axis + ": " + before[axis] + " before " + x.shape[axis]
                        + " elements of tensor '" + x.name + "' do not fit '" + y.name + "' " + y.describe());
            }
            copy.axis(x.shape[axis], x.stride(axis), y.stride(axis));
            inner += before[axis] * y.stride(axis);
        }
        copy.prepare();
        if (mode != Mode.CONSTANT && x.size == 0 && y.size > 0) {
            throw args.misfit("tensor '" + x.name + "' " + x.describe() + " is empty: there is nothing to pad with");
        }
    }

    @Override
    public void run() {
        if (y.size == 0) {
            return;
        }
        if (mode != Mode.CONSTANT) {
            runRepeating();
            return;
        }
        if (x.size < y.size) {
            if (value == null) {
                y.buffer.clear(y.offset, y.size);
            } else {
                y.buffer.fill(y.offset, y.size, value.buffer, value.offset);
            }
        }
        copy.run(x.buffer, x.offset, y.buffer, inner);
    }

    /** Row by row: the middle of a row is a run of x, only its ends are looked up one by one. */
    private void runRepeating() {
        int last = before.length - 1;
        if (last < 0) {
            x.buffer.copy(x.offset, y.buffer, y.offset, 1);
            return;
        }
        int n = x.shape[last];
        int width = y.shape[last];
        int rows = y.size / width;
        for (int axis = 0; axis < last; axis++) {
            counter[axis] = 0;
        }
        for (int row = 0; row < rows; row++) {
            int from = x.offset;
            for (int axis = 0; axis < last; axis++) {
                from += source(counter[axis] - before[axis], x.shape[axis]) * x.stride(axis);
            }
            int to = y.offset + row * width;
            for (int j = 0; j < before[last]; j++) {
                x.buffer.copy(from + source(j - before[last], n), y.buffer, to + j, 1);
            }
            x.buffer.copy(from, y.buffer, to + before[last], n);
            for (int j = before[last] + n; j < width; j++) {
                x.buffer.copy(from + source(j - before[last], n), y.buffer, to + j, 1);
            }
            for (int axis = last - 1; axis >= 0 && ++counter[axis] == y.shape[axis]; axis--) {
                counter[axis] = 0;
            }
        }
    }

    /** Where the element at {@code i}, which may lie outside [0, n), comes from. */
    private int source(int i, int n) {
        if (i >= 0 && i < n) {
            return i;
        }
        return switch (mode) {
            case EDGE -> i < 0 ? 0 : n - 1;
            case WRAP -> Math.floorMod(i, n);
            case REFLECT -> {
                if (n == 1) {
                    yield 0;
                }
                long period = 2L * n - 2;
                long there = Math.floorMod((long) i, period);
                yield (int) Math.min(there, period - there);
            }
            case CONSTANT -> throw new IllegalStateException();
        };
    }
}
