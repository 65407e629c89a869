package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Refill;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * A recurrent cell over a sequence, time first: x [T, B, I], y [T, B, H]. All inputs are projected as
 * one product, then the cell advances step by step; a single step takes its inputs as they are. Without
 * lengths all B streams advance together; with lengths one after the other, each only over its own steps.
 *
 * <p>An h is never written over the h it comes from: it goes to y where there is a y, otherwise to one
 * of two places in the scratch by turns, and at the end to h'. The scratch is {@code pre [rows,
 * preFloats]} followed by two h and one c, [B, H] each; see {@link CellKernels#sequenceScratchFloats}.
 */
abstract class RecurrentStep extends Step implements Divisible {

    /** Streams that threads share are multiples of so many: fewer rows would read the weights too often. */
    private static final int STREAMS = 16;

    final CellKernels cells;
    final int hiddenSize;
    final int inputSize;
    /** Set by {@link #pack}. */
    CellKernels.PackedCell cell;

    private final StepArgs args;
    private final int gates;
    private final boolean hasCell;
    private final boolean reverse;
    private final Operand x;
    private final Operand lengths;
    private final Operand h;
    private final Operand c;
    private final Operand y;
    private final Operand hOut;
    private final Operand cOut;
    private final Operand scratch;
    private int steps;
    private int batch;
    /** Offsets within the scratch of the two places for h, and of c. */
    private final int[] hPlace = new int[2];
    private int cPlace;
    /** From which end a run's first step goes through the weights; the others in turn. */
    private boolean backwards;

    /**
     * Inputs x, W, R, bias, lengths, h and, {@code hasCell}, c; outputs y, h' and, {@code hasCell}, c',
     * then scratch. Int 0: reverse.
     */
    RecurrentStep(StepArgs args, int gates, boolean hasCell) {
        this.args = args;
        this.gates = gates;
        this.hasCell = hasCell;
        cells = args.kernels().cells();
        x = args.floatsIn(0);
        Operand w = args.weights(1);
        Operand r = args.weights(2);
        args.requireRank(x, 3);
        args.requireRank(w, 2);
        args.requireRank(r, 2);
        inputSize = w.shape[1];
        hiddenSize = r.shape[1];
        boolean fits = w.shape[0] == (long) gates * hiddenSize && r.shape[0] == w.shape[0];
        if (args.hasIn(3)) {
            Operand bias = args.weights(3);
            fits &= bias.rank() == 1 && bias.shape[0] == 2L * w.shape[0];
        }
        if (!fits || hiddenSize == 0) {
            throw args.bad("inputs", "W " + w.describe() + ", R " + r.describe() + " and the bias do not fit "
                    + gates + " gates");
        }
        args.requirePackable(w, inputSize, hiddenSize, gates);
        args.requirePackable(r, hiddenSize, hiddenSize, gates);
        lengths = args.inOrNull(4);
        h = args.floatsInOrNull(5);
        c = hasCell ? args.floatsInOrNull(6) : null;
        y = args.floatsOutOrNull(0);
        hOut = args.floatsOutOrNull(1);
        cOut = hasCell ? args.floatsOutOrNull(2) : null;
        scratch = args.floatsOut(hasCell ? 3 : 2);
        reverse = args.flag(0);
        if (lengths != null) {
            args.require(lengths, DType.I32);
        }
    }

    /** The most streams that advance together: with lengths they go one by one. */
    int mostStreams() {
        return lengths == null ? bound(1) : 1;
    }

    /** The most rows whose inputs are projected together. */
    int mostRows() {
        return (int) Math.min(Integer.MAX_VALUE, (long) bound(0) * mostStreams());
    }

    /** The largest extent of an axis of x; where that is beyond counting, no run gets there. */
    private int bound(int axis) {
        int bound = args.memory().definition().bound(x.dim(axis));
        return bound < 0 ? Integer.MAX_VALUE : bound;
    }

    /** Packs the weights, or takes those that another session packed; called once by the subclass. */
    final void pack(CellKernels.Cell kind) {
        cell = args.packed();
        if (cell == null) {
            float[] bias = args.hasIn(3) ? args.weightValues(3) : null;
            CellKernels.PackedCell packed = cells.pack(
                    kind, args.weightMatrix(1), args.weightMatrix(2), bias, 0, mostRows(), mostStreams());
            cell = args.keep(packed, args.isLive() ? refill(kind) : null);
        }
    }

    private Refilled refill(CellKernels.Cell kind) {
        return new Refilled(cells, kind, args.weights(1), args.weights(2), args.hasIn(3) ? args.weights(3) : null);
    }

    private record Refilled(CellKernels kernels, CellKernels.Cell kind, Operand w, Operand r, Operand bias)
            implements Refill<CellKernels.PackedCell> {
        @Override
        public void into(CellKernels.PackedCell packed) {
            kernels.refill(packed, kind, matrix(w), matrix(r), bias == null ? null : bias.constantFloats(), 0);
        }

        private static WeightMatrix matrix(Operand weights) {
            return WeightMatrix.of(weights.constantFloats(), 0, weights.shape[0], weights.shape[1]);
        }
    }

    /**
     * One step of {@code rows} streams; rows of x are {@code inputSize} apart, those of h and c {@code
     * hiddenSize}. See {@link CellKernels}.
     */
    abstract void advance(
            int rows, float[] x, int xOff, float[] pre, int preOff, float[] h, int hOff, float[] c, int cOff,
            float[] hOut, int hOutOff, float[] cOut, int cOutOff, boolean backwards, float[] kernelScratch);

    @Override
    public void reshape() {
        steps = x.shape[0];
        batch = x.shape[1];
        args.requireEqual(x.shape[2], inputSize, x, "the last extent");
        requireState(h);
        requireState(c);
        requireState(hOut);
        requireState(cOut);
        if (lengths != null) {
            args.requireEqual(lengths.size, batch, lengths, "the number of elements");
        }
        if (y != null && y.size != (long) steps * batch * hiddenSize) {
            throw args.misfit("tensor '" + y.name + "' " + y.describe() + " does not have the extents [" + steps
                    + ", " + batch + ", " + hiddenSize + "]");
        }
        long rows = (long) steps * (lengths == null ? batch : 1);
        long state = (long) batch * hiddenSize;
        if (rows * cell.preFloats() + 3 * state > scratch.capacity) {
            throw args.misfit("scratch '" + scratch.name + "' " + scratch.describe() + " is too small for "
                    + steps + " steps of " + batch + " streams");
        }
        hPlace[0] = (int) rows * cell.preFloats();
        hPlace[1] = hPlace[0] + (int) state;
        cPlace = hPlace[1] + (int) state;
    }

    private void requireState(Operand state) {
        if (state != null && state.size != (long) batch * hiddenSize) {
            throw args.misfit("tensor '" + state.name + "' " + state.describe() + " does not have the extents ["
                    + batch + ", " + hiddenSize + "]");
        }
    }

    @Override
    public void run() {
        backwards = !backwards;
        if (lengths == null) {
            if (batch > 0) {
                args.share(this, batch, STREAMS, multiplyAdds());
            }
            return;
        }
        for (int row = 0; row < batch; row++) {
            int length = lengths.buffer.ints[lengths.offset + row];
            if (length < 0 || length > steps) {
                throw new PlanException(args.describe() + ": the length of sequence " + row + " is " + length
                        + "; the input has " + steps + " steps");
            }
            args.memory().count(length * multiplyAddsPerStep());
            sequence(row, 1, length, scratch.offset, 0);
        }
    }

    /** Pieces are streams. */
    @Override
    public void run(int from, int to, int worker) {
        sequence(from, to - from, steps, scratch.offset + steps * from * cell.preFloats(), worker);
    }

    /**
     * Streams {@code first} to {@code first + rows} over their first {@code length} steps.
     *
     * @param pre where in the scratch their pre-activations go
     */
    private void sequence(int first, int rows, int length, int pre, int worker) {
        float[] work = scratch.buffer.floats;
        int state = first * hiddenSize;
        int elements = rows * hiddenSize;
        boolean projected = length > 1;
        if (projected) {
            project(first, rows, length, work, pre, worker);
        }
        float[] inputs = projected ? null : x.buffer.floats;

        float[] hNow = h == null ? work : h.buffer.floats;
        int hAt = (h == null ? scratch.offset + hPlace[1] : h.offset) + state;
        if (h == null) {
            Arrays.fill(work, hAt, hAt + elements, 0f);
        }
        float[] cNext = cOut == null ? work : cOut.buffer.floats;
        int cNextAt = (cOut == null ? scratch.offset + cPlace : cOut.offset) + state;
        float[] cNow = c == null ? cNext : c.buffer.floats;
        int cAt = c == null ? cNextAt : c.offset + state;
        if (hasCell && c == null) {
            Arrays.fill(cNext, cNextAt, cNextAt + elements, 0f);
        }
        for (int s = 0; s < length; s++) {
            int t = reverse ? length - 1 - s : s;
            float[] hNext = y == null ? work : y.buffer.floats;
            int hNextAt = y == null
                    ? scratch.offset + hPlace[s & 1] + state
                    : y.offset + t * batch * hiddenSize + state;
            advance(
                    rows, inputs, x.offset + first * inputSize, work, pre + t * rows * cell.preFloats(),
                    hNow, hAt, cNow, cAt, hNext, hNextAt, cNext, cNextAt,
                    backwards ^ (s & 1) == 1, args.memory().scratch(worker));
            hNow = hNext;
            hAt = hNextAt;
            cNow = cNext;
            cAt = cNextAt;
        }
        if (hOut != null) {
            System.arraycopy(hNow, hAt, hOut.buffer.floats, hOut.offset + state, elements);
        }
        if (cOut != null) {
            System.arraycopy(cNow, cAt, cNext, cNextAt, elements);
        }
        for (int t = length; y != null && t < steps; t++) {
            int at = y.offset + t * batch * hiddenSize + state;
            Arrays.fill(y.buffer.floats, at, at + elements, 0f);
        }
    }

    /** All steps of all streams at once; of one stream, as rows that lie apart; of some, step by step. */
    private void project(int first, int rows, int length, float[] pre, int preOff, int worker) {
        int from = x.offset + first * inputSize;
        float[] kernelScratch = args.memory().scratch(worker);
        if (rows == batch) {
            cells.project(cell, length * rows, x.buffer.floats, from, inputSize, pre, preOff, kernelScratch);
        } else if (rows == 1) {
            cells.project(cell, length, x.buffer.floats, from, batch * inputSize, pre, preOff, kernelScratch);
        } else {
            for (int t = 0; t < length; t++) {
                cells.project(
                        cell, rows, x.buffer.floats, from + t * batch * inputSize, inputSize,
                        pre, preOff + t * rows * cell.preFloats(), kernelScratch);
            }
        }
    }

    @Override
    public long multiplyAdds() {
        return lengths == null ? (long) steps * batch * multiplyAddsPerStep() : 0;
    }

    /** Of one stream. */
    private long multiplyAddsPerStep() {
        return (long) gates * hiddenSize * (inputSize + (long) hiddenSize);
    }
}
