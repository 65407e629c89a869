package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** Extents as data: y [n] of n extents. */
final class DimsStep extends Step {

    private final StepArgs args;
    private final Operand y;
    /** [n] ids of extents. */
    private final int[] dims;

    DimsStep(StepArgs args) {
        this.args = args;
        y = args.require(args.out(0), DType.I64);
        dims = new int[args.intCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = args.dim(i);
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, dims.length, y, "the number of elements");
        for (int dim : dims) {
            args.extent(dim);
        }
    }

    @Override
    public void run() {
        for (int i = 0; i < dims.length; i++) {
            y.buffer.longs[y.offset + i] = args.memory().extents()[dims[i]];
        }
    }
}
