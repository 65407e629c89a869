package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Slices of x by index: x [outer..., n, inner...], indices [i...], y [outer..., i..., inner...], such as
 * rows of an embedding.
 */
final class GatherStep extends Step {

    private final StepArgs args;
    private final Operand x;
    private final Indices indices;
    private final Operand y;
    private final int axis;
    /** The rows, where they are stored smaller than f32 and chosen along their axis; else {@code null}. */
    private final WeightMatrix stored;
    private int outer;
    private int inner;

    GatherStep(StepArgs args) {
        this.args = args;
        stored = args.storedRows(0);
        x = stored == null ? args.in(0) : args.weights(0);
        indices = new Indices(args, 1);
        y = args.out(0);
        axis = args.axis(0, x);
        args.requireSameType(x, y);
        args.requireRank(y, x.rank() - 1 + indices.operand.rank());
    }

    @Override
    public void reshape() {
        int[] i = indices.operand.shape;
        for (int a = 0; a < y.rank(); a++) {
            int expected = a < axis ? x.shape[a] : a < axis + i.length ? i[a - axis] : x.shape[a - i.length + 1];
            args.requireExtent(y, a, expected);
        }
        // counts of an empty y are not used
        outer = y.size == 0 ? 0 : x.product(0, axis);
        inner = y.size == 0 ? 0 : x.product(axis + 1, x.rank());
    }

    @Override
    public void run() {
        if (stored != null) {
            runStored();
            return;
        }
        int n = x.shape[axis];
        int count = indices.operand.size;
        int to = y.offset;
        for (int o = 0; o < outer; o++) {
            int from = x.offset + o * n * inner;
            for (int i = 0; i < count; i++) {
                x.buffer.copy(from + indices.at(i, n) * inner, y.buffer, to, inner);
                to += inner;
            }
        }
    }

    private void runStored() {
        int count = outer == 0 ? 0 : indices.operand.size;
        for (int i = 0; i < count; i++) {
            stored.row(indices.at(i, stored.n), y.buffer.floats, y.offset + i * inner);
        }
    }
}
