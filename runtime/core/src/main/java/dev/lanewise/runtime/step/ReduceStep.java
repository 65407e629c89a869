package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Limits;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.ReduceKernels;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * A reduction over any set of axes, whose extents y has as 1 or not at all. The innermost axes are
 * either reduced, then each run of x gives one element, or kept, then whole rows of x are taken
 * together; what is reduced outside of that is combined run by run, outermost first.
 *
 * <p>f32 by the kernels; other floats in f64, integers in 64 bits, rounded or wrapped at the end.
 */
final class ReduceStep extends Step {

    /** Columns taken together where partial results need a place. */
    private static final int BLOCK = Kernels.SCRATCH_FLOATS;

    private final StepArgs args;
    private final ReduceKernels kernels;
    private final MapKernels map;
    private final ReduceFn fn;
    /** What combines partial results: sums of squares are added. */
    private final ReduceFn combine;
    private final BinaryFn combineFloats;
    private final Operand x;
    private final Operand y;
    private final boolean[] reduced;
    private final Chunk.Arithmetic arithmetic;
    private final boolean unsigned;
    private final Chunk chunk;
    private final Chunk result;
    /** Over what is kept outside of the runs: y, x. */
    private final Loops kept = new Loops(2);
    /** Over what is reduced outside of the runs: x. */
    private final Loops partial = new Loops(1);
    /** Whether a run is a row [length] of one result; otherwise it is [rows, length] of length results. */
    private boolean rowwise;
    private int rows;
    private int length;

    ReduceStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().reduce();
        map = args.kernels().map();
        fn = args.constant(0, ReduceFn.values());
        combine = switch (fn) {
            case SUM_SQUARE, SUM_ABS -> ReduceFn.SUM;
            default -> fn;
        };
        combineFloats = switch (combine) {
            case PROD -> BinaryFn.MUL;
            case MAX -> BinaryFn.MAX;
            case MIN -> BinaryFn.MIN;
            default -> BinaryFn.ADD;
        };
        x = args.in(0);
        y = args.require(args.out(0), x.type);
        if (x.type == DType.BOOL && fn != ReduceFn.MAX && fn != ReduceFn.MIN) {
            throw args.bad("ints", fn + " is not defined for " + x.type);
        }
        reduced = new boolean[Limits.RANK];
        if (args.intCount() > 1 + x.rank()) {
            throw args.bad("ints", "more axes than x has");
        }
        for (int i = 1; i < args.intCount(); i++) {
            reduced[args.axis(i, x)] = true;
        }
        arithmetic = Chunk.Arithmetic.wide(x.type);
        unsigned = x.type == DType.U64;
        chunk = x.type == DType.F32 ? null : args.memory().chunk(0);
        result = x.type == DType.F32 ? null : args.memory().chunk(1);
    }

    @Override
    public void reshape() {
        int rank = x.rank();
        requireResults();
        int last = rank - 1;
        while (last >= 0 && x.shape[last] == 1) {
            last--;
        }
        rowwise = last < 0 || reduced[last];
        int inner = start(rank, rowwise);
        length = x.product(inner, rank);
        int outer = rowwise ? inner : start(inner, true);
        rows = x.product(outer, inner);
        kept.clear();
        partial.clear();
        for (int axis = 0; axis < outer; axis++) {
            int stride = x.product(axis + 1, rank);
            if (reduced[axis]) {
                partial.step[0] = stride;
                partial.axis(x.shape[axis]);
            } else {
                kept.step[0] = results(axis + 1);
                kept.step[1] = stride;
                kept.axis(x.shape[axis]);
            }
        }
        if (y.size == 0) {
            kept.count = 0;
        }
        if (x.size == 0) {
            partial.count = 0;
        }
    }

    /** The axes of y are those of x that are kept, and possibly, as 1, those that are reduced. */
    private void requireResults() {
        boolean keepsAll = y.rank() == x.rank();
        int at = 0;
        boolean fits = true;
        for (int axis = 0; axis < x.rank() && fits; axis++) {
            if (keepsAll || !reduced[axis]) {
                fits = at < y.rank() && y.shape[at] == (reduced[axis] ? 1 : x.shape[axis]);
                at++;
            }
        }
        if (!fits || at != y.rank()) {
            throw args.misfit("tensor '" + y.name + "' " + y.describe() + " is not the shape of a reduction of "
                    + x.describe());
        }
    }

    /** Where the group of axes before {@code end} begins that are reduced, or not; extents of 1 are both. */
    private int start(int end, boolean thatAreReduced) {
        int axis = end;
        while (axis > 0 && (reduced[axis - 1] == thatAreReduced || x.shape[axis - 1] == 1)) {
            axis--;
        }
        return axis;
    }

    /** Elements of y per element of the axes before {@code axis}. */
    private int results(int axis) {
        int results = 1;
        for (int i = axis; i < x.rank(); i++) {
            results *= reduced[i] ? 1 : x.shape[i];
        }
        return results;
    }

    @Override
    public void run() {
        kept.start();
        for (long i = 0; i < kept.count; i++, kept.next()) {
            int yAt = kept.at[0];
            int xAt = kept.at[1];
            if (chunk == null) {
                floats(y.offset + yAt, x.offset + xAt);
            } else if (rowwise) {
                row(yAt, xAt);
            } else {
                for (int from = 0; from < length; from += Chunk.SIZE) {
                    columns(yAt + from, xAt + from, Math.min(Chunk.SIZE, length - from));
                }
            }
        }
    }

    private void floats(int yAt, int xAt) {
        float[] from = x.buffer.floats;
        float[] to = y.buffer.floats;
        if (partial.count == 0) {
            java.util.Arrays.fill(to, yAt, yAt + (rowwise ? 1 : length), (float) DoubleFns.neutral(fn));
        }
        partial.start();
        for (long i = 0; i < partial.count; i++, partial.next()) {
            int at = xAt + partial.at[0];
            if (rowwise) {
                float value = kernels.row(fn, from, at, length);
                to[yAt] = i == 0 ? value : (float) DoubleFns.reduce(combine, to[yAt], value);
            } else if (i == 0) {
                kernels.columns(fn, from, at, rows, length, length, to, yAt);
            } else {
                addColumns(from, at, to, yAt);
            }
        }
    }

    private void addColumns(float[] from, int at, float[] to, int yAt) {
        float[] scratch = args.memory().scratch();
        for (int column = 0; column < length; column += BLOCK) {
            int n = Math.min(BLOCK, length - column);
            kernels.columns(fn, from, at + column, rows, length, n, scratch, 0);
            map.binary(combineFloats, to, yAt + column, scratch, 0, to, yAt + column, n);
        }
    }

    private void row(int yAt, int xAt) {
        double d = DoubleFns.neutral(fn);
        long l = LongFns.neutral(fn, x.type);
        partial.start();
        for (long i = 0; i < partial.count; i++, partial.next()) {
            for (int from = 0; from < length; from += Chunk.SIZE) {
                int n = Math.min(Chunk.SIZE, length - from);
                chunk.load(arithmetic, x, xAt + partial.at[0] + from, 1, n);
                if (arithmetic == Chunk.Arithmetic.DOUBLE) {
                    for (int j = 0; j < n; j++) {
                        d = DoubleFns.reduce(fn, d, chunk.doubles[j]);
                    }
                } else {
                    for (int j = 0; j < n; j++) {
                        l = LongFns.reduce(fn, l, chunk.longs[j], unsigned);
                    }
                }
            }
        }
        result.doubles[0] = d;
        result.longs[0] = l;
        result.store(arithmetic, y, yAt, 1, 1);
    }

    private void columns(int yAt, int xAt, int n) {
        java.util.Arrays.fill(result.doubles, 0, n, DoubleFns.neutral(fn));
        java.util.Arrays.fill(result.longs, 0, n, LongFns.neutral(fn, x.type));
        partial.start();
        for (long i = 0; i < partial.count; i++, partial.next()) {
            for (int row = 0; row < rows; row++) {
                chunk.load(arithmetic, x, xAt + partial.at[0] + row * length, 1, n);
                if (arithmetic == Chunk.Arithmetic.DOUBLE) {
                    for (int j = 0; j < n; j++) {
                        result.doubles[j] = DoubleFns.reduce(fn, result.doubles[j], chunk.doubles[j]);
                    }
                } else {
                    for (int j = 0; j < n; j++) {
                        result.longs[j] = LongFns.reduce(fn, result.longs[j], chunk.longs[j], unsigned);
                    }
                }
            }
        }
        result.store(arithmetic, y, yAt, 1, n);
    }
}
