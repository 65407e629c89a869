package dev.lanewise.runtime.step;

import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** {@code y[i] = start + i · delta}, up to limit (exclusive): the extent of y [n] is learnt from the data. */
final class RangeStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand start;
    private final Operand limit;
    private final Operand delta;
    private final Operand y;

    RangeStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        start = args.in(0);
        limit = args.in(1);
        delta = args.in(2);
        y = args.out(0);
        args.requireSameType(start, y);
        args.requireSameType(limit, y);
        args.requireSameType(delta, y);
        args.requireRank(y, 1);
        switch (y.type) {
            case F32, F64, I16, I32, I64 -> { }
            default -> throw args.bad("operands", "a range of " + y.type);
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(start.size, 1, start, "the number of elements");
        args.requireEqual(limit.size, 1, limit, "the number of elements");
        args.requireEqual(delta.size, 1, delta, "the number of elements");
    }

    @Override
    public void run() {
        long n = y.type.isFloating()
                ? count(real(start), real(limit), real(delta))
                : count(whole(start), whole(limit), whole(delta));
        if (n < 0 || n > Integer.MAX_VALUE) {
            throw new PlanException(args.describe() + ": start, limit and delta do not make a range");
        }
        memory.learn(y.dim(0), (int) n, y.name);
        y.refresh(memory.extents());
        fill((int) n);
    }

    /** -1 where it makes no sense. */
    private static long count(double start, double limit, double delta) {
        double n = Math.ceil((limit - start) / delta);
        return delta == 0 || Double.isNaN(n) ? -1 : Math.max(0, (long) n);
    }

    private static long count(long start, long limit, long delta) {
        if (delta == 0) {
            return -1;
        }
        if (delta > 0 ? start >= limit : start <= limit) {
            return 0;
        }
        // both as numbers without a sign, in which they cannot overflow
        long distance = delta > 0 ? limit - start : start - limit;
        long step = Math.abs(delta);
        long n = Long.divideUnsigned(distance - 1, step);
        return n < 0 || n == Long.MAX_VALUE ? -1 : n + 1;
    }

    private static double real(Operand operand) {
        Buffer buffer = operand.buffer;
        return buffer.floats != null ? buffer.floats[operand.offset] : buffer.doubles[operand.offset];
    }

    private static long whole(Operand operand) {
        Buffer buffer = operand.buffer;
        return switch (operand.type) {
            case I64 -> buffer.longs[operand.offset];
            case I32 -> buffer.ints[operand.offset];
            default -> buffer.shorts[operand.offset];
        };
    }

    private void fill(int n) {
        Buffer to = y.buffer;
        int at = y.offset;
        switch (y.type) {
            case F32 -> {
                float a = start.buffer.floats[start.offset];
                float d = delta.buffer.floats[delta.offset];
                for (int i = 0; i < n; i++) {
                    to.floats[at + i] = a + i * d;
                }
            }
            case F64 -> {
                double a = real(start);
                double d = real(delta);
                for (int i = 0; i < n; i++) {
                    to.doubles[at + i] = a + i * d;
                }
            }
            default -> {
                long a = whole(start);
                long d = whole(delta);
                for (int i = 0; i < n; i++) {
                    long value = a + i * d;
                    switch (y.type) {
                        case I64 -> to.longs[at + i] = value;
                        case I32 -> to.ints[at + i] = (int) value;
                        default -> to.shorts[at + i] = (short) value;
                    }
                }
            }
        }
    }
}
