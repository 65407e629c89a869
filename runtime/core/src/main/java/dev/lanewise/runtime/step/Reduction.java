package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;

/** What a scattered element does to the one that is there. In the order of the file's numbers. */
enum Reduction {
    NONE,
    ADD,
    MUL,
    MIN,
    MAX;

    private static final Reduction[] VALUES = values();

    /** Reads argument {@code i}; booleans can only be replaced. */
    static Reduction of(StepArgs args, int i, Operand y) {
        Reduction reduction = args.constant(i, VALUES);
        if (reduction != NONE && y.type == DType.BOOL) {
            throw args.bad("ints", reduction + " of booleans");
        }
        return reduction;
    }

    /** {@code y[at, at + n) = reduce(y[at, at + n), x[from, from + n))}. */
    void apply(DType type, Buffer x, int from, Buffer y, int at, int n) {
        if (this == NONE) {
            x.copy(from, y, at, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            one(type, x, from + i, y, at + i);
        }
    }

    private void one(DType type, Buffer x, int i, Buffer y, int o) {
        switch (type) {
            case F32 -> y.floats[o] = of(y.floats[o], x.floats[i]);
            case F64 -> y.doubles[o] = of(y.doubles[o], x.doubles[i]);
            case F16 -> y.shorts[o] = Floats16.toF16(of(Floats16.fromF16(y.shorts[o]), Floats16.fromF16(x.shorts[i])));
            case BF16 -> y.shorts[o] =
                    Floats16.toBf16(of(Floats16.fromBf16(y.shorts[o]), Floats16.fromBf16(x.shorts[i])));
            case I8, I4 -> y.bytes[o] = (byte) type.wrap(of((long) y.bytes[o], x.bytes[i]));
            case U8, U4 -> y.bytes[o] = (byte) type.wrap(of(y.bytes[o] & 0xffL, x.bytes[i] & 0xffL));
            case BOOL -> y.bytes[o] = (byte) of(y.bytes[o], x.bytes[i]);
            case I16 -> y.shorts[o] = (short) of((long) y.shorts[o], x.shorts[i]);
            case U16 -> y.shorts[o] = (short) of(y.shorts[o] & 0xffffL, x.shorts[i] & 0xffffL);
            case I32 -> y.ints[o] = (int) of((long) y.ints[o], x.ints[i]);
            case U32 -> y.ints[o] = (int) of(y.ints[o] & 0xffffffffL, x.ints[i] & 0xffffffffL);
            case I64 -> y.longs[o] = of(y.longs[o], x.longs[i]);
            case U64 -> y.longs[o] = unsigned(y.longs[o], x.longs[i]);
        }
    }

    private float of(float a, float b) {
        return switch (this) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    private double of(double a, double b) {
        return switch (this) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    private long of(long a, long b) {
        return switch (this) {
            case NONE -> b;
            case ADD -> a + b;
            case MUL -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
        };
    }

    private long unsigned(long a, long b) {
        return switch (this) {
            case MIN -> Long.compareUnsigned(a, b) <= 0 ? a : b;
            case MAX -> Long.compareUnsigned(a, b) >= 0 ? a : b;
            default -> of(a, b);
        };
    }
}
