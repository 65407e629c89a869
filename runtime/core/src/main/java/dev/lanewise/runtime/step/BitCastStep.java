package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The same bits as another type of the same size: CAST in its third mode. Types that are stored in one
 * kind of array are copied.
 */
final class BitCastStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;

    BitCastStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.out(0);
        if (x.type.bits() != y.type.bits() || y.type.bits() < 8) {
            throw args.bad("operands", x.type + " and " + y.type + " differ in size");
        }
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
    }

    @Override
    public void run() {
        int from = x.offset;
        int to = y.offset;
        int n = y.size;
        if (x.type.storage() == y.type.storage()) {
            System.arraycopy(x.buffer.array(), from, y.buffer.array(), to, n);
            return;
        }
        switch (x.type.storage()) {
            case FLOATS -> {
                for (int i = 0; i < n; i++) {
                    y.buffer.ints[to + i] = Float.floatToRawIntBits(x.buffer.floats[from + i]);
                }
            }
            case INTS -> {
                for (int i = 0; i < n; i++) {
                    y.buffer.floats[to + i] = Float.intBitsToFloat(x.buffer.ints[from + i]);
                }
            }
            case DOUBLES -> {
                for (int i = 0; i < n; i++) {
                    y.buffer.longs[to + i] = Double.doubleToRawLongBits(x.buffer.doubles[from + i]);
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    y.buffer.doubles[to + i] = Double.longBitsToDouble(x.buffer.longs[from + i]);
                }
            }
        }
    }
}
