package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The index (I64) of the largest or smallest element along an axis of x, of any type; the first or the
 * last of equal ones. A NaN counts as the extreme; −0 equals +0.
 */
final class ArgExtremeStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand y;
    private final int axis;
    private final boolean largest;
    private final boolean last;
    private final Chunk.Arithmetic arithmetic;
    private final Chunk chunk;
    private final Lines lines = new Lines();

    ArgExtremeStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.require(args.out(0), DType.I64);
        axis = args.axis(0, x);
        largest = args.flag(1);
        last = args.flag(2);
        arithmetic = Chunk.Arithmetic.wide(x.type);
        chunk = args.memory().chunk(0);
    }

    @Override
    public void reshape() {
        lines.of(x, axis);
        if (x.shape[axis] == 0 && y.size > 0) {
            throw args.misfit("no extreme among the 0 elements of an axis of " + x.describe());
        }
        args.requireEqual(y.size, lines.count, y, "the number of elements");
    }

    @Override
    public void run() {
        for (int line = 0; line < lines.count; line++) {
            int start = lines.start(line);
            y.buffer.longs[y.offset + line] =
                    arithmetic == Chunk.Arithmetic.DOUBLE ? indexOfDouble(start) : indexOfLong(start);
        }
    }

    private int indexOfDouble(int start) {
        int index = 0;
        double best = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        for (int from = 0; from < lines.length; from += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, lines.length - from);
            chunk.load(arithmetic, x, start + from * lines.stride, lines.stride, n);
            for (int i = 0; i < n; i++) {
                double value = chunk.doubles[i];
                boolean equal = value == best || value != value && best != best;
                boolean better = largest ? value > best : value < best;
                boolean firstNaN = value != value && best == best;
                if (better || firstNaN || equal && last) {
                    best = value;
                    index = from + i;
                }
            }
        }
        return index;
    }

    private int indexOfLong(int start) {
        // U64 is ordered as signed longs are once the highest bit is turned over
        long turn = x.type == DType.U64 ? Long.MIN_VALUE : 0;
        int index = 0;
        long best = 0;
        for (int from = 0; from < lines.length; from += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, lines.length - from);
            chunk.load(arithmetic, x, start + from * lines.stride, lines.stride, n);
            for (int i = 0; i < n; i++) {
                long value = chunk.longs[i] ^ turn;
                boolean better = largest ? value > best : value < best;
                if (from + i == 0 || better || last && value == best) {
                    best = value;
                    index = from + i;
                }
            }
        }
        return index;
    }
}
