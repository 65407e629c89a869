package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** Data as extents: x [n] becomes n extents, so that steps behind it can take starts and shapes from data. */
final class LearnStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand x;
    private final boolean wide;
    /** [n] ids of extents. */
    private final int[] dims;

    LearnStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        x = args.requireIndices(args.in(0));
        wide = x.type == DType.I64;
        dims = new int[args.intCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = args.dim(i);
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(x.size, dims.length, x, "the number of elements");
    }

    @Override
    public void run() {
        for (int i = 0; i < dims.length; i++) {
            long value = wide ? x.buffer.longs[x.offset + i] : x.buffer.ints[x.offset + i];
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new PlanException(args.describe() + ": element " + i + " of tensor '" + x.name + "' is " + value
                        + ", which is no extent");
            }
            memory.learn(dims[i], (int) value, x.name);
        }
    }
}
