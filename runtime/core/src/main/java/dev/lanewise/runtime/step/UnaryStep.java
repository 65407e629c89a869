package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** An elementwise function of one operand: {@code y = fn(x)}. */
final class UnaryStep extends Step {

    private final StepArgs args;
    private final MapKernels map;
    private final UnaryFn fn;
    private final float alpha;
    private final float beta;
    private final Operand x;
    private final Operand y;

    UnaryStep(StepArgs args) {
        this.args = args;
        map = args.kernels().map();
        fn = args.constant(0, UnaryFn.values());
        alpha = args.number(0);
        beta = args.number(1);
        x = args.in(0);
        y = args.out(0);
        args.require(x, DType.F32);
        args.require(y, DType.F32);
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
    }

    @Override
    public void run() {
        map.unary(fn, alpha, beta, x.buffer.floats, x.offset, y.buffer.floats, y.offset, y.size);
    }
}
