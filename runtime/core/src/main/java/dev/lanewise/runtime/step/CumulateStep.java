package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Running sums or products along an axis: each element of y takes in the elements of x up to its own,
 * or, exclusive, up to the one before; reverse from the end. Floats accumulate in f64 and are rounded
 * for each y.
 */
final class CumulateStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;
    private final int axis;
    private final boolean exclusive;
    private final boolean reverse;
    private final boolean products;
    private final Chunk.Arithmetic arithmetic;
    private final Chunk chunk;
    private final Lines lines = new Lines();

    CumulateStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.require(args.out(0), x.type);
        axis = args.axis(0, x);
        exclusive = args.flag(1);
        reverse = args.flag(2);
        products = args.flag(3);
        if (x.type == DType.BOOL) {
            throw args.bad("inputs", "no sums of bool");
        }
        arithmetic = Chunk.Arithmetic.wide(x.type);
        chunk = args.memory().chunk(0);
    }

    @Override
    public void reshape() {
        lines.of(x, axis);
        args.requireEqual(y.size, x.size, y, "the number of elements");
    }

    @Override
    public void run() {
        int step = reverse ? -lines.stride : lines.stride;
        for (int line = 0; line < lines.count; line++) {
            int start = lines.start(line) + (reverse ? (lines.length - 1) * lines.stride : 0);
            double d = products ? 1 : 0;
            long l = products ? 1 : 0;
            for (int from = 0; from < lines.length; from += Chunk.SIZE) {
                int n = Math.min(Chunk.SIZE, lines.length - from);
                chunk.load(arithmetic, x, start + from * step, step, n);
                if (arithmetic == Chunk.Arithmetic.DOUBLE) {
                    d = scan(chunk.doubles, n, d);
                } else {
                    l = scan(chunk.longs, n, l);
                }
                chunk.store(arithmetic, y, start + from * step, step, n);
            }
        }
    }

    private double scan(double[] x, int n, double before) {
        double value = before;
        for (int i = 0; i < n; i++) {
            double next = products ? value * x[i] : value + x[i];
            x[i] = exclusive ? value : next;
            value = next;
        }
        return value;
    }

    private long scan(long[] x, int n, long before) {
        long value = before;
        for (int i = 0; i < n; i++) {
            long next = products ? value * x[i] : value + x[i];
            x[i] = exclusive ? value : next;
            value = next;
        }
        return value;
    }
}
