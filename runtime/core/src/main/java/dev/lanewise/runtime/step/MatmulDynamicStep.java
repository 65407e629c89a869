package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * A product of two activations, {@code y[..., m, n] = a[..., m, k] · b[..., k, n]} (a [..., k, m], b
 * [..., n, k] where transposed), the leading extents broadcast. f32 by the kernels, with scratch for a copy of b; other
 * floats accumulate in f64, integers, which may be of different types, in 64 bits.
 */
final class MatmulDynamicStep extends Step implements Divisible {

    /** Columns that threads share are multiples of the widest panel. */
    private static final int COLUMNS = 64;

    private final StepArgs args;
    private final MatmulKernels kernels;
    private final Operand a;
    private final Operand b;
    private final Operand y;
    private final Operand scratch;
    private final boolean transA;
    private final boolean transB;
    private final Chunk.Arithmetic arithmetic;
    private final Chunk chunkA;
    private final Chunk chunkB;
    private final Chunk sums;
    private final Loops batch = new Loops(3);
    /** [worker][operand] */
    private final int[][] places;
    private int m;
    private int n;
    private int k;

    MatmulDynamicStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().matmul();
        a = args.in(0);
        b = args.in(1);
        y = args.out(0);
        transB = args.flag(0);
        transA = args.intCount() > 1 && args.flag(1);
        if (a.rank() < 2 || b.rank() < 2 || y.rank() != Math.max(a.rank(), b.rank())) {
            throw args.bad("operands", "the ranks " + a.rank() + ", " + b.rank() + " and " + y.rank()
                    + " are not those of a product of matrices");
        }
        arithmetic = Chunk.Arithmetic.wide(y.type);
        if (y.type.isFloating()) {
            args.require(a, y.type);
            args.require(b, y.type);
        } else if (!a.type.isInteger() || !b.type.isInteger() || !y.type.isInteger()) {
            throw args.bad("operands", "no product of " + a.type + " and " + b.type + " to " + y.type);
        }
        boolean floats = y.type == DType.F32;
        scratch = floats ? args.floatsOut(1) : null;
        places = new int[args.memory().team().size()][3];
        if (floats) {
            args.memory().reserve(scratch);
        }
        chunkA = floats ? null : args.memory().chunk(0);
        chunkB = floats ? null : args.memory().chunk(1);
        sums = floats ? null : args.memory().chunk(2);
    }

    @Override
    public void reshape() {
        int rank = y.rank();
        m = a.shape[a.rank() - (transA ? 1 : 2)];
        k = a.shape[a.rank() - (transA ? 2 : 1)];
        n = b.shape[b.rank() - (transB ? 2 : 1)];
        args.requireEqual(b.shape[b.rank() - (transB ? 1 : 2)], k, b, "the extent summed over");
        args.requireEqual(y.shape[rank - 2], m, y, "the number of rows");
        args.requireEqual(y.shape[rank - 1], n, y, "the number of columns");
        batch.clear();
        for (int axis = 0; axis < rank - 2; axis++) {
            batch.step[0] = y.product(axis + 1, rank);
            batch.step[1] = stride(a, axis);
            batch.step[2] = stride(b, axis);
            if (extent(a, axis) != y.shape[axis] && extent(b, axis) != y.shape[axis]) {
                throw args.misfit("the result " + y.describe() + " is larger than what it is computed from");
            }
            batch.axis(y.shape[axis]);
        }
        if (y.size == 0) {
            batch.count = 0;
        } else if (scratch != null && (long) k * ((n + 63L) / 64 * 64) > scratch.capacity) {
            throw args.misfit("scratch '" + scratch.name + "' is too small for k = " + k + ", n = " + n);
        }
    }

    /** Extent that x has where y has {@code axis}. */
    private int extent(Operand x, int axis) {
        int own = axis - (y.rank() - x.rank());
        return own < 0 ? 1 : x.shape[own];
    }

    /** Step along a leading axis of y, 0 where x is broadcast. */
    private int stride(Operand x, int axis) {
        int there = extent(x, axis);
        if (there == 1) {
            return 0;
        }
        if (there != y.shape[axis]) {
            throw args.misfit("tensor '" + x.name + "' " + x.describe() + " does not broadcast to " + y.describe());
        }
        return x.product(axis - (y.rank() - x.rank()) + 1, x.rank());
    }

    @Override
    public void run() {
        if (scratch != null) {
            if (batch.count > 0) { // then y has as many elements, which an int counts
                args.share(this, (int) batch.count * panels(), 1, multiplyAdds());
            }
            return;
        }
        batch.start();
        for (long i = 0; i < batch.count; i++, batch.next()) {
            product(batch.at[0], batch.at[1], batch.at[2]);
        }
    }

    private int panels() {
        return (n + COLUMNS - 1) / COLUMNS;
    }

    /** Pieces are {@link #COLUMNS} columns of one product; those side by side are multiplied together. */
    @Override
    public void run(int from, int to, int worker) {
        int[] place = places[worker];
        int panels = panels();
        int piece = from;
        while (piece < to) {
            int product = piece / panels;
            int first = piece - product * panels;
            int last = Math.min(panels, first + to - piece);
            batch.locate(product, place);
            columns(place, first * COLUMNS, Math.min(n, last * COLUMNS), worker);
            piece += last - first;
        }
    }

    /**
     * Columns {@code [from, to)} of the product at a place.
     *
     * @param place [operand] y, a, b
     */
    private void columns(int[] place, int from, int to, int worker) {
        kernels.matmulDynamic(
                m, to - from, k, a.buffer.floats, a.offset + place[1], transA ? m : k, transA,
                b.buffer.floats, b.offset + place[2] + from * (transB ? k : 1), transB ? k : n, transB,
                y.buffer.floats, y.offset + place[0] + from, n,
                args.memory().scratch(scratch, worker), args.memory().scratchOffset(scratch, worker),
                args.memory().scratch(worker));
    }

    private void product(int yAt, int aAt, int bAt) {
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column += Chunk.SIZE) {
                int width = Math.min(Chunk.SIZE, n - column);
                sumProducts(aAt + row * (transA ? 1 : k), bAt + column * (transB ? k : 1), width);
                sums.store(arithmetic, y, yAt + row * n + column, 1, width);
            }
        }
    }

    /** {@code sums[width] = a[k] · b[k, width]}, k ascending. */
    private void sumProducts(int aAt, int bAt, int width) {
        java.util.Arrays.fill(sums.doubles, 0, width, 0.0);
        java.util.Arrays.fill(sums.longs, 0, width, 0L);
        for (int from = 0; from < k; from += Chunk.SIZE) {
            int length = Math.min(Chunk.SIZE, k - from);
            chunkA.load(arithmetic, a, aAt + from * (transA ? m : 1), transA ? m : 1, length);
            for (int p = 0; p < length; p++) {
                chunkB.load(arithmetic, b, bAt + (from + p) * (transB ? 1 : n), transB ? k : 1, width);
                if (arithmetic == Chunk.Arithmetic.DOUBLE) {
                    double factor = chunkA.doubles[p];
                    for (int j = 0; j < width; j++) {
                        sums.doubles[j] += factor * chunkB.doubles[j];
                    }
                } else {
                    long factor = chunkA.longs[p];
                    for (int j = 0; j < width; j++) {
                        sums.longs[j] += factor * chunkB.longs[j];
                    }
                }
            }
        }
    }

    @Override
    public long multiplyAdds() {
        return batch.count * m * n * k;
    }
}
