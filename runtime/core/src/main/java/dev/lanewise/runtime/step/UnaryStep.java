package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/** An elementwise function of one operand of any type: {@code y = fn(x)}. */
final class UnaryStep extends Step implements Divisible {

    private final StepArgs args;
    private final MapKernels map;
    private final UnaryFn fn;
    private final float alpha;
    private final float beta;
    private final Operand x;
    private final Operand y;
    private final Chunk.Arithmetic arithmetic;
    /** {@code null} for f32, which the kernels take whole. */
    private final Chunk chunk;

    UnaryStep(StepArgs args) {
        this.args = args;
        map = args.kernels().map();
        fn = args.constant(0, UnaryFn.values());
        alpha = args.number(0);
        beta = args.number(1);
        x = args.in(0);
        y = args.require(args.out(0), x.type);
        arithmetic = Chunk.Arithmetic.of(x.type);
        chunk = x.type == DType.F32 ? null : args.memory().chunk(0);
        if (x.type.isFloating() ? !DoubleFns.has(fn) : !LongFns.has(fn, x.type)) {
            throw args.bad("ints", fn + " is not defined for " + x.type);
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
    }

    @Override
    public void run() {
        if (chunk == null) {
            args.share(this, y.size, Work.ELEMENTS, y.size * Work.of(fn));
            return;
        }
        for (int from = 0; from < y.size; from += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, y.size - from);
            chunk.load(arithmetic, x, from, 1, n);
            apply(n);
            chunk.store(arithmetic, y, from, 1, n);
        }
    }

    /** Pieces are elements. */
    @Override
    public void run(int from, int to, int worker) {
        map.unary(
                fn, alpha, beta, x.buffer.floats, x.offset + from, y.buffer.floats, y.offset + from, to - from);
    }

    private void apply(int n) {
        switch (arithmetic) {
            case FLOAT -> map.unary(fn, alpha, beta, chunk.floats, 0, chunk.floats, 0, n);
            case DOUBLE -> {
                double[] d = chunk.doubles;
                for (int i = 0; i < n; i++) {
                    d[i] = DoubleFns.unary(fn, alpha, beta, d[i]);
                }
            }
            case LONG -> {
                long[] l = chunk.longs;
                boolean unsigned = x.type == DType.U64;
                for (int i = 0; i < n; i++) {
                    l[i] = LongFns.unary(fn, (long) alpha, (long) beta, l[i], unsigned);
                }
            }
        }
    }
}
