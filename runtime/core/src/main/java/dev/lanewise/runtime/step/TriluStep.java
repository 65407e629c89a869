package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The upper or lower triangle of matrices [..., rows, columns], zeros elsewhere. Diagonal k (data, 0
 * where absent) belongs to both.
 */
final class TriluStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Operand k;
    private final Operand y;
    private final boolean upper;

    TriluStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        k = args.inOrNull(1);
        y = args.out(0);
        upper = args.flag(0);
        args.requireSameType(x, y);
        args.requireRank(y, x.rank());
        if (x.rank() < 2) {
            throw args.bad("operands", "a matrix has at least two axes");
        }
        if (k != null) {
            args.require(k, DType.I64);
        }
    }

    @Override
    public void reshape() {
        for (int a = 0; a < y.rank(); a++) {
            args.requireExtent(y, a, x.shape[a]);
        }
        if (k != null) {
            args.requireEqual(k.size, 1, k, "the number of elements");
        }
    }

    @Override
    public void run() {
        if (y.size == 0) {
            return;
        }
        int rows = x.shape[x.rank() - 2];
        int columns = x.shape[x.rank() - 1];
        long diagonal = k == null ? 0 : k.buffer.longs[k.offset];
        // far enough out that it makes no difference, near enough that adding a row cannot overflow
        diagonal = Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, diagonal));
        int row = 0;
        for (int at = 0; at < y.size; at += columns) {
            // upper keeps columns from here on, lower those before
            long split = row + diagonal + (upper ? 0 : 1);
            int s = (int) Math.max(0, Math.min(columns, split));
            if (upper) {
                y.buffer.clear(y.offset + at, s);
                x.buffer.copy(x.offset + at + s, y.buffer, y.offset + at + s, columns - s);
            } else {
                x.buffer.copy(x.offset + at, y.buffer, y.offset + at, s);
                y.buffer.clear(y.offset + at + s, columns - s);
            }
            row = row + 1 == rows ? 0 : row + 1;
        }
    }
}
