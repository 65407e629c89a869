package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The same elements in another type. Floats are rounded once, halves to even. To an integer, fractions
 * are cut off and NaN gives 0; values outside the type end at its limits where {@code saturate} is set,
 * and otherwise wrap (having ended at those of 64 bits). To a boolean: whether the element is not 0.
 */
final class CastStep extends Step {

    private final StepArgs args;
    private final boolean saturate;
    private final Operand x;
    private final Operand y;
    private final Chunk chunk;

    CastStep(StepArgs args) {
        this.args = args;
        saturate = args.flag(0);
        x = args.in(0);
        y = args.out(0);
        chunk = args.memory().chunk(0);
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
    }

    @Override
    public void run() {
        for (int from = 0; from < y.size; from += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, y.size - from);
            if (x.type.isFloating()) {
                chunk.loadDoubles(x, from, 1, n);
            } else {
                chunk.loadLongs(x, from, 1, n);
            }
            convert(n);
            if (y.type.isFloating()) {
                chunk.storeDoubles(y, from, 1, n);
            } else {
                chunk.storeLongs(y, from, 1, n);
            }
        }
    }

    private void convert(int n) {
        double[] d = chunk.doubles;
        long[] l = chunk.longs;
        if (x.type.isFloating() && !y.type.isFloating()) {
            for (int i = 0; i < n; i++) {
                l[i] = y.type == DType.BOOL ? (d[i] != 0 ? 1 : 0) : integer(d[i]);
            }
        } else if (!x.type.isFloating() && y.type.isFloating()) {
            boolean unsigned = x.type == DType.U64;
            for (int i = 0; i < n; i++) {
                d[i] = real(l[i], unsigned);
            }
        } else if (!x.type.isFloating() && saturate && y.type != DType.BOOL) {
            for (int i = 0; i < n; i++) {
                l[i] = saturated(l[i]);
            }
        }
    }

    private long integer(double d) {
        if (y.type == DType.U64) {
            return unsigned(d);
        }
        long value = (long) d;
        return saturate ? Math.max(LongFns.least(y.type), Math.min(LongFns.greatest(y.type), value)) : value;
    }

    private long unsigned(double d) {
        if (d >= 0x1p63) {
            return d >= 0x1p64 ? -1 : (long) (d - 0x1p63) + Long.MIN_VALUE;
        }
        return d < 0 && saturate ? 0 : (long) d;
    }

    private long saturated(long value) {
        if (x.type == DType.U64 && value < 0) {
            return LongFns.greatest(y.type);
        }
        if (y.type == DType.U64) {
            return x.type == DType.U64 ? value : Math.max(value, 0);
        }
        return Math.max(LongFns.least(y.type), Math.min(LongFns.greatest(y.type), value));
    }

    /**
     * As f64, which rounds correctly when y is f64. On the way to a narrower type the last bits stick
     * together instead, so that rounding once more does not see a tie where there is none.
     */
    private double real(long value, boolean unsigned) {
        if (y.type == DType.F64) {
            return unsigned && value < 0 ? (double) (value >>> 1 | value & 1) * 2 : (double) value;
        }
        if (value > -(1L << 53) && value < 1L << 53 && !(unsigned && value < 0)) {
            return value;
        }
        long high = unsigned ? value >>> 11 : value >> 11;
        return (high | ((value & 0x7ff) != 0 ? 1 : 0)) * 2048.0;
    }
}
