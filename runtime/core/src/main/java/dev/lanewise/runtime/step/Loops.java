package dev.lanewise.runtime.step;

import dev.lanewise.formats.Limits;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Nested loops over the axes of several operands at once, each with strides of its own, flattened to
 * a counter. Neighbouring axes that all operands lie behind one another in are merged, so that mostly one
 * or two loops remain. Set up when a step is reshaped, which allocates as little as walking: nothing.
 *
 * <pre>{@code
 * loops.start();
 * for (long i = 0; i < loops.count; i++, loops.next()) { … x.offset + loops.at[0] … }
 * }</pre>
 */
final class Loops {

    /** [operand] index of the current element. */
    final int[] at;
    /** Iterations. */
    long count;
    /** Length of the innermost axis, once {@link #takeRun} has taken it out of the loops. */
    int run;
    /** [operand] step from element to element of a run. */
    final int[] runStride;
    /** [operand] step along the axis that is added next. */
    final int[] step;

    private final int operands;
    private final int[] extent = new int[2 * Limits.RANK];
    /** [axis][operand] */
    private final int[][] stride;
    private final int[] index = new int[2 * Limits.RANK];
    private int depth;

    Loops(int operands) {
        this.operands = operands;
        at = new int[operands];
        runStride = new int[operands];
        step = new int[operands];
        stride = new int[2 * Limits.RANK][operands];
    }

    void clear() {
        depth = 0;
        count = 1;
    }

    /** Adds a loop inside those there are, with the strides in {@link #step}; extents of 1 vanish. */
    void axis(int length) {
        count *= length;
        if (length == 1) {
            return;
        }
        if (depth > 0 && mergesWithLast(length)) {
            extent[depth - 1] *= length;
        } else {
            extent[depth++] = length;
        }
        System.arraycopy(step, 0, stride[depth - 1], 0, operands);
    }

    private boolean mergesWithLast(int length) {
        for (int o = 0; o < operands; o++) {
            if (stride[depth - 1][o] != step[o] * length) {
                return false;
            }
        }
        return true;
    }

    /** Takes the innermost axis out of the loops; without any, the run is one element. */
    void takeRun() {
        if (depth == 0 || count == 0) {
            run = 1;
            java.util.Arrays.fill(runStride, 1);
            return;
        }
        depth--;
        run = extent[depth];
        count /= run;
        System.arraycopy(stride[depth], 0, runStride, 0, operands);
    }

    void start() {
        for (int i = 0; i < depth; i++) {
            index[i] = 0;
        }
        for (int o = 0; o < operands; o++) {
            at[o] = 0;
        }
    }

    /** Goes to an iteration, without those before it. */
    void locate(long iteration, int[] place) {
        for (int o = 0; o < operands; o++) {
            place[o] = 0;
        }
        long left = iteration;
        for (int i = depth - 1; i >= 0; i--) {
            int at = (int) (left % extent[i]);
            left /= extent[i];
            for (int o = 0; o < operands; o++) {
                place[o] += at * stride[i][o];
            }
        }
    }

    void next() {
        for (int i = depth - 1; i >= 0; i--) {
            int[] s = stride[i];
            if (++index[i] < extent[i]) {
                for (int o = 0; o < operands; o++) {
                    at[o] += s[o];
                }
                return;
            }
            index[i] = 0;
            for (int o = 0; o < operands; o++) {
                at[o] -= s[o] * (extent[i] - 1);
            }
        }
    }

    /** Sets the loops up for {@code y = f(xs…)} with numpy's broadcasting; operand 0 is y. */
    void broadcast(StepArgs args, Operand y, Operand[] xs) {
        clear();
        for (Operand x : xs) {
            if (x.rank() > y.rank()) {
                throw args.misfit("tensor '" + x.name + "' " + x.describe() + " has more axes than the result "
                        + y.describe());
            }
        }
        for (int axis = 0; axis < y.rank(); axis++) {
            int length = y.shape[axis];
            boolean reached = false;
            step[0] = y.product(axis + 1, y.rank());
            for (int o = 1; o < operands; o++) {
                Operand x = xs[o - 1];
                int own = axis - (y.rank() - x.rank());
                int there = own < 0 ? 1 : x.shape[own];
                if (there != length && there != 1) {
                    throw args.misfit("tensor '" + x.name + "' " + x.describe() + " does not broadcast to "
                            + y.describe());
                }
                reached |= there == length;
                step[o] = there == 1 ? 0 : x.product(own + 1, x.rank());
            }
            if (!reached) {
                throw args.misfit("the result " + y.describe() + " is larger than what it is computed from");
            }
            axis(length);
        }
        takeRun();
    }
}
