package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.CellTape;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * The gradients of a recurrent cell over sequences: backpropagation through time (Werbos 1990), along the tape of
 * {@link RecurrentForwardStep}.
 *
 * <p>The walk goes in chunks of steps, the last ones first, each of up to {@link CellTape#CHUNK} rows: step by step
 * from the gradient of the new states to those of the gates and of the states before, which needs the product with R;
 * then, while the gates' gradients are still in the cache, all other products of the chunk at once: with W for the
 * gradient of x, and, transposed, with x and h for those of W and R. No memory grows with the number of steps.
 */
final class RecurrentBackwardStep extends TapedStep {

    /** Rows of weights' gradients, and of inputs' gradients, that threads share are multiples of so many. */
    private static final int ROWS = 48;

    private final MatmulKernels matmul;
    private final MapKernels map;
    private final Operand y;
    private final Operand gates;
    private final Operand cells;
    private final Operand dy;
    private final Operand dhLast;
    private final Operand dcLast;
    private final Operand dx;
    private final Operand dw;
    private final Operand dr;
    private final Operand dBias;
    private final Operand dh;
    private final Operand dc;
    private final Operand dStates;
    private final Operand scratch;
    private final PanelMatrix weights;
    private final BackwardCell cell;
    private final TapeChunk chunk = new TapeChunk(order);
    private final Divisible walk = this::walk;
    private final Divisible weightRows = this::weightRows;
    private final Divisible inputRows = this::inputRows;
    /** Offsets in the scratch: of sums of dGates' rows; gradients of h and c, c before, [B, H] by rank. */
    private final int sumsAt;
    private int dhAt;
    private int dcAt;
    private int cAt;
    /** Of a chunk: [rows, gates, H], [rows, H], [rows, I], and panels of the last two. */
    private int dGatesAt;
    private int hAt;
    private int xAt;
    private int xPanels;
    private int hPanels;
    private int resetPanels;

    /**
     * Inputs x, W, R, y, lengths, h, c, gates, cells, then the gradients of y, h' and c', absent for zeros; outputs,
     * each of which may be absent, the gradients of x, W, R, bias, h and c, and of each step's h through all later
     * ones [T, B, H], then scratch.
     */
    RecurrentBackwardStep(StepArgs args) {
        super(args);
        matmul = args.kernels().matmul();
        map = args.kernels().map();
        boolean lstm = tape.states() == 2;
        y = args.floatsIn(3);
        gates = args.floatsIn(7);
        cells = lstm ? args.floatsIn(8) : null;
        dy = args.floatsInOrNull(9);
        dhLast = args.floatsInOrNull(10);
        dcLast = lstm ? args.floatsInOrNull(11) : null;
        dx = args.floatsOutOrNull(0);
        dw = args.floatsOutOrNull(1);
        dr = args.floatsOutOrNull(2);
        dBias = args.floatsOutOrNull(3);
        dh = args.floatsOutOrNull(4);
        dc = lstm ? args.floatsOutOrNull(5) : null;
        dStates = args.floatsOutOrNull(6);
        scratch = args.floatsOut(7);
        if (tape.backwardFloats() > scratch.capacity) {
            throw args.bad("outputs", "scratch '" + scratch.name + "' is too small for the weights");
        }
        weights = new PanelMatrix(matmul, tape.weightRows(), inputSize, 0);
        cell = BackwardCell.of(tape, args.kernels(), weights.floats());
        sumsAt = (int) tape.backwardFloats() - tape.rowFloats();
    }

    @Override
    public void reshape() {
        reshapeInputs();
        long all = (long) steps * batch;
        long state = (long) batch * hidden;
        requireSize(y, all * hidden);
        requireSize(gates, all * tape.rowFloats());
        requireSize(cells, all * hidden);
        requireSize(dy, all * hidden);
        requireSize(dhLast, state);
        requireSize(dcLast, state);
        requireSize(dx, all * inputSize);
        requireSize(dw, w.size);
        requireSize(dr, r.size);
        requireSize(dBias, 2L * tape.weightRows());
        requireSize(dh, state);
        requireSize(dc, state);
        requireSize(dStates, all * hidden);
        int most = TapeChunk.mostRows(batch);
        requireScratch(
                scratch, tape.backwardFloats() + (double) batch * tape.backwardFloatsPerStream()
                        + (double) most * tape.backwardFloatsPerRow());
        dhAt = (int) tape.backwardFloats();
        dcAt = dhAt + (int) state;
        cAt = dcAt + (int) state;
        dGatesAt = cAt + (int) state;
        hAt = dGatesAt + most * tape.rowFloats();
        xAt = hAt + most * hidden;
        xPanels = xAt + most * inputSize;
        hPanels = xPanels + MatmulKernels.panelFloats(inputSize, most);
        resetPanels = hPanels + MatmulKernels.panelFloats(hidden, most);
    }

    @Override
    public void run() {
        arrange();
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        cell.pack(r.buffer.floats, r.offset, work, at);
        if (dx != null) {
            weights.pack(w.buffer.floats, w.offset, inputSize, 1, work, at);
        }
        clear(dw);
        clear(dr);
        Arrays.fill(work, at + sumsAt, at + sumsAt + tape.rowFloats(), 0f);
        order.gatherStates(0, batch, hidden, dhLast, work, at + dhAt);
        if (cells != null) {
            order.gatherStates(0, batch, hidden, dcLast, work, at + dcAt);
            order.gatherStates(0, batch, hidden, c, work, at + cAt);
        }
        for (int end = order.steps(); end > 0; end = chunk.firstStep) {
            chunk.endAt(end);
            retreat();
        }
        finish(work, at);
        if (lengths != null) {
            args.memory().count(order.rows() * multiplyAddsPerRow());
        }
    }

    /** Back through all steps of the chunk, then what can be made of their gates' gradients at once. */
    private void retreat() {
        gatherChunk();
        args.share(walk, order.active(chunk.firstStep), STREAMS, (long) chunk.rows * tape.weightRows() * hidden);
        if (dBias != null) {
            sumRows();
        }
        if (dw != null || dr != null) {
            packChunk();
            long cost = (long) chunk.rows * tape.weightRows() * (inputSize + hidden);
            args.share(weightRows, tape.weightRows(), ROWS, cost);
        }
        if (dx != null) {
            args.share(inputRows, chunk.rows, ROWS, (long) chunk.rows * tape.weightRows() * inputSize);
            for (int step = chunk.firstStep; step < chunk.endStep && lengths != null; step++) {
                order.scatter(
                        step, 0, order.active(step), inputSize, scratch.buffer.floats, chunkRow(step, xAt, inputSize),
                        dx.buffer.floats, dx.offset);
            }
        }
    }

    /** Where in the scratch a step's first row of the chunk lies. */
    private int chunkRow(int step, int from, int width) {
        return scratch.offset + from + chunk.row(step) * width;
    }

    /** h before each step of the chunk. */
    private void gatherChunk() {
        float[] work = scratch.buffer.floats;
        for (int step = chunk.firstStep; step < chunk.endStep; step++) {
            int active = order.active(step);
            int to = chunkRow(step, hAt, hidden);
            if (step > 0) {
                order.gather(step - 1, 0, active, hidden, y.buffer.floats, y.offset, work, to);
            } else {
                order.gatherStates(0, active, hidden, h, work, to);
            }
        }
    }

    /** Pieces are streams, by rank. */
    private void walk(int from, int to, int worker) {
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        int row = from * hidden;
        float[] cTape = cells == null ? work : cells.buffer.floats;
        for (int step = chunk.endStep - 1; step >= chunk.firstStep; step--) {
            int end = Math.min(to, order.active(step));
            if (end <= from) {
                continue;
            }
            int dhRow = at + dhAt + row;
            if (dy != null) {
                addTo(work, dhRow, step, from, end);
            }
            if (dStates != null) {
                order.scatter(step, from, end, hidden, work, dhRow, dStates.buffer.floats, dStates.offset);
            }
            int tapeRow = order.start(step) + from;
            int cRow = cells == null ? 0 : cells.offset + tapeRow * hidden;
            boolean first = step == 0 || cells == null;
            int cBefore = first ? at + cAt + row : cells.offset + (order.start(step - 1) + from) * hidden;
            cell.retreat(
                    end - from, gates.buffer.floats, gates.offset + tapeRow * tape.rowFloats(),
                    work, chunkRow(step, hAt, hidden) + row, first ? work : cTape, cBefore, cTape, cRow,
                    work, dhRow, work, at + dcAt + row,
                    work, chunkRow(step, dGatesAt, tape.rowFloats()) + from * tape.rowFloats(),
                    work, at, args.memory().scratch(worker));
        }
    }

    /** Adds what comes to a step's states from outside. */
    private void addTo(float[] work, int dhRow, int step, int from, int end) {
        float[] more = dy.buffer.floats;
        if (!order.isPacked()) {
            map.binary(
                    BinaryFn.ADD, work, dhRow, more, dy.offset + order.offset(step, from, hidden),
                    work, dhRow, (end - from) * hidden);
            return;
        }
        for (int rank = from; rank < end; rank++) {
            int to = dhRow + (rank - from) * hidden;
            map.binary(
                    BinaryFn.ADD, work, to, more, dy.offset + order.offset(step, rank, hidden), work, to, hidden);
        }
    }

    /** Adds the rows of the gates' gradients, in the tape's order. */
    private void sumRows() {
        int width = tape.rowFloats();
        float[] work = scratch.buffer.floats;
        int sums = scratch.offset + sumsAt;
        for (int row = 0; row < chunk.rows; row++) {
            map.binary(
                    BinaryFn.ADD, work, sums, work, scratch.offset + dGatesAt + row * width, work, sums, width);
        }
    }

    /** Inputs and h before, and r · h of a GRU that resets it, as right-hand sides [rows, I] and [rows, H]. */
    private void packChunk() {
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        if (dw != null) {
            float[] inputs = x.buffer.floats;
            int inputsAt = x.offset + chunk.base * inputSize;
            if (lengths != null) {
                for (int step = chunk.firstStep; step < chunk.endStep; step++) {
                    order.gather(
                            step, 0, order.active(step), inputSize, x.buffer.floats, x.offset,
                            work, chunkRow(step, xAt, inputSize));
                }
                inputs = work;
                inputsAt = at + xAt;
            }
            matmul.packPanels(inputs, inputsAt, chunk.rows, inputSize, inputSize, 1, work, at + xPanels);
        }
        if (dr != null) {
            matmul.packPanels(work, at + hAt, chunk.rows, hidden, hidden, 1, work, at + hPanels);
            if (tape.resets()) {
                matmul.packPanels(
                        gates.buffer.floats, gates.offset + chunk.base * tape.rowFloats() + 3 * hidden,
                        chunk.rows, hidden, tape.rowFloats(), 1, work, at + resetPanels);
            }
        }
    }

    /** Pieces are rows of W and R. */
    private void weightRows(int from, int to, int worker) {
        int at = scratch.offset;
        if (dw != null) {
            addOuter(from, to - from, inputSize, at + xPanels, dw, from, worker);
        }
        if (dr != null) {
            int split = Math.max(from, Math.min(to, tape.firstRows()));
            int shift = tape.isLinearBeforeReset() ? hidden : 0; // dq comes after dn
            addOuter(from, split - from, hidden, at + hPanels, dr, from, worker);
            addOuter(
                    split + shift, to - split, hidden, at + (tape.resets() ? resetPanels : hPanels), dr, split, worker);
        }
    }

    /** {@code gradient[row …] += dGates[rows, gate …]ᵀ · b[rows, n]} */
    private void addOuter(
            int gate, int count, int n, int panels, Operand gradient, int row, int worker) {
        float[] sums = gradient.buffer.floats;
        int to = gradient.offset + row * n;
        float[] work = scratch.buffer.floats;
        if (count > 0) {
            matmul.matmulPanels(
                    count, n, chunk.rows, work, scratch.offset + dGatesAt + gate, tape.rowFloats(), true, work, panels,
                    sums, to, n, sums, to, n, args.memory().scratch(worker));
        }
    }

    /** Pieces are rows of the chunk: {@code dx = dGates · W}. */
    private void inputRows(int from, int to, int worker) {
        int width = tape.rowFloats();
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        boolean apart = lengths != null;
        weights.multiply(
                to - from, work, at + dGatesAt + from * width, width, work, at, null, 0, 0,
                apart ? work : dx.buffer.floats,
                apart ? at + xAt + from * inputSize : dx.offset + (chunk.base + from) * inputSize, inputSize,
                args.memory().scratch(worker));
    }

    /** What is known when the walk has come to its end. */
    private void finish(float[] work, int at) {
        if (dh != null) {
            order.scatterStates(0, batch, hidden, work, at + dhAt, dh);
        }
        if (dc != null) {
            order.scatterStates(0, batch, hidden, work, at + dcAt, dc);
        }
        if (dx != null) {
            order.clearBeyond(steps, inputSize, dx.buffer.floats, dx.offset);
        }
        if (dStates != null) {
            order.clearBeyond(steps, hidden, dStates.buffer.floats, dStates.offset);
        }
        if (dBias != null) {
            int count = tape.weightRows();
            int sums = at + sumsAt;
            System.arraycopy(work, sums, dBias.buffer.floats, dBias.offset, count);
            System.arraycopy(work, sums, dBias.buffer.floats, dBias.offset + count, count);
            if (tape.isLinearBeforeReset()) {
                System.arraycopy(
                        work, sums + 3 * hidden, dBias.buffer.floats, dBias.offset + count + 2 * hidden, hidden);
            }
        }
    }

    private static void clear(Operand sums) {
        if (sums != null) {
            Arrays.fill(sums.buffer.floats, sums.offset, sums.offset + sums.size, 0f);
        }
    }

    @Override
    public long multiplyAdds() {
        return lengths == null ? (long) steps * batch * multiplyAddsPerRow() : 0;
    }

    private long multiplyAddsPerRow() {
        long products = hidden;
        products += dx == null ? 0 : inputSize;
        products += dw == null ? 0 : inputSize;
        products += dr == null ? 0 : hidden;
        return products * tape.weightRows();
    }
}
