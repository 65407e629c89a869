package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * A recurrent cell over sequences, as training runs it: with weights that are known only now, and keeping a tape for
 * {@link RecurrentBackwardStep}. The results have the bits of the steps LSTM, GRU and RNN.
 *
 * <p>Goes in chunks of steps: their inputs are projected as one product, into the tape; then, while that is in the
 * cache, the cell advances step by step, and turns pre-activations into gates where they lie. Sequences with lengths
 * are packed, see {@link SequenceOrder}: no work is done for what is beyond a length.
 */
final class RecurrentForwardStep extends TapedStep {

    /** Rows of inputs that threads share are multiples of so many. */
    private static final int ROWS = 48;

    private final Operand bias;
    private final Operand y;
    private final Operand hOut;
    private final Operand cOut;
    private final Operand gates;
    private final Operand cells;
    private final Operand scratch;
    private final PanelMatrix inputs;
    private final ForwardCell cell;
    private final TapeChunk chunk = new TapeChunk(order);
    private final Divisible project = this::project;
    private final Divisible walk = this::walk;
    /** Offsets in the scratch. */
    private final int biasAt;
    private final int recurrentBiasAt;
    private final int constant;
    private final int[] hAt = new int[2];
    private int cAt;
    private int xAt;

    /** Inputs x, W, R, bias, lengths, h, c; outputs y, h', c', gates, cells, scratch. */
    RecurrentForwardStep(StepArgs args) {
        super(args);
        bias = args.floatsInOrNull(3);
        y = args.floatsOut(0);
        hOut = args.floatsOutOrNull(1);
        cOut = tape.states() == 2 ? args.floatsOutOrNull(2) : null;
        gates = args.floatsOut(3);
        cells = tape.states() == 2 ? args.floatsOut(4) : null;
        scratch = args.floatsOut(5);
        if (tape.forwardFloats() > scratch.capacity) {
            throw args.bad("outputs", "scratch '" + scratch.name + "' is too small for the weights");
        }
        inputs = new PanelMatrix(args.kernels().matmul(), inputSize, tape.weightRows(), 0);
        cell = ForwardCell.of(tape, args.kernels(), inputs.floats());
        constant = (int) tape.forwardFloats();
        recurrentBiasAt = constant - hidden;
        biasAt = recurrentBiasAt - tape.weightRows();
    }

    @Override
    public void reshape() {
        reshapeInputs();
        long rows = (long) steps * batch;
        requireSize(bias, 2L * tape.weightRows());
        requireSize(y, rows * hidden);
        requireSize(hOut, (long) batch * hidden);
        requireSize(cOut, (long) batch * hidden);
        requireSize(gates, rows * tape.rowFloats());
        requireSize(cells, rows * hidden);
        requireScratch(
                scratch, tape.forwardFloats() + (double) batch * tape.forwardFloatsPerStream()
                        + (lengths == null ? 0 : (double) TapeChunk.mostRows(batch) * tape.forwardFloatsPerRow()));
        hAt[0] = constant;
        hAt[1] = hAt[0] + batch * hidden;
        cAt = hAt[1] + batch * hidden;
        xAt = cAt + batch * hidden;
    }

    @Override
    public void run() {
        arrange();
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        inputs.pack(w.buffer.floats, w.offset, 1, inputSize, work, at);
        cell.pack(r.buffer.floats, r.offset, work, at);
        addBiases(work, at);
        order.gatherStates(0, batch, hidden, h, work, at + hAt[0]);
        if (cells != null) {
            order.gatherStates(0, batch, hidden, c, work, at + cAt);
        }
        finish(0, 0, batch, work, at + hAt[0], work, at + cAt);
        for (int step = 0; step < order.steps(); step = chunk.endStep) {
            chunk.startAt(step);
            advance(work, at);
        }
        order.clearBeyond(steps, hidden, y.buffer.floats, y.offset);
        clearTape(gates, tape.rowFloats());
        clearTape(cells, hidden);
        if (lengths != null) {
            args.memory().count(order.rows() * multiplyAddsPerRow());
        }
    }

    /** All of a chunk's inputs at once, then its steps one after the other. */
    private void advance(float[] work, int at) {
        for (int step = chunk.firstStep; step < chunk.endStep && lengths != null; step++) {
            order.gather(
                    step, 0, order.active(step), inputSize, x.buffer.floats, x.offset,
                    work, at + xAt + chunk.row(step) * inputSize);
        }
        args.share(project, chunk.rows, ROWS, (long) chunk.rows * tape.weightRows() * inputSize);
        args.share(
                walk, order.active(chunk.firstStep), STREAMS, (long) chunk.rows * tape.weightRows() * hidden);
    }

    /** Input and recurrent biases are added once; those of a GRU that is linear before its reset lie apart. */
    private void addBiases(float[] work, int at) {
        int rows = tape.weightRows();
        int sum = at + biasAt;
        int recurrent = at + recurrentBiasAt;
        Arrays.fill(work, sum, sum + rows, 0f);
        Arrays.fill(work, recurrent, recurrent + hidden, 0f);
        if (bias == null) {
            return;
        }
        int summed = tape.isLinearBeforeReset() ? 2 * hidden : rows;
        float[] b = bias.buffer.floats;
        for (int j = 0; j < rows; j++) {
            work[sum + j] = j < summed ? b[bias.offset + j] + b[bias.offset + rows + j] : b[bias.offset + j];
        }
        if (summed < rows) {
            System.arraycopy(b, bias.offset + rows + summed, work, recurrent, hidden);
        }
    }

    /** Pieces are rows of the chunk: the tape gets what they start from. */
    private void project(int from, int to, int worker) {
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        float[] rows = lengths == null ? x.buffer.floats : work;
        int rowsAt = lengths == null ? x.offset + chunk.base * inputSize : at + xAt;
        int width = tape.rowFloats();
        inputs.multiply(
                to - from, rows, rowsAt + from * inputSize, inputSize, work, at, work, at + biasAt, 0,
                gates.buffer.floats, gates.offset + (chunk.base + from) * width, width,
                args.memory().scratch(worker));
    }

    /** Pieces are streams, by rank. */
    private void walk(int from, int to, int worker) {
        float[] work = scratch.buffer.floats;
        int at = scratch.offset;
        int row = from * hidden;
        float[] cTape = cells == null ? work : cells.buffer.floats;
        for (int step = chunk.firstStep; step < chunk.endStep; step++) {
            int end = Math.min(to, order.active(step));
            if (end <= from) {
                return;
            }
            int now = at + hAt[step & 1] + row;
            int next = at + hAt[step + 1 & 1] + row;
            int tapeRow = order.start(step) + from;
            boolean first = step == 0 || cells == null;
            int cBefore = first ? at + cAt + row : cells.offset + (order.start(step - 1) + from) * hidden;
            int cNext = cells == null ? 0 : cells.offset + tapeRow * hidden;
            cell.advance(
                    end - from, gates.buffer.floats, gates.offset + tapeRow * tape.rowFloats(), work, now,
                    first ? work : cTape, cBefore, cTape, cNext, work, next, work, at, recurrentBiasAt,
                    args.memory().scratch(worker));
            order.scatter(step, from, end, hidden, work, next, y.buffer.floats, y.offset);
            finish(step + 1, from, end, work, next - row, cTape, cNext - row);
        }
    }

    /** Hands over the states of sequences that have no further step; {@code hNow} and {@code cNow} begin at rank 0. */
    private void finish(
            int step, int from, int end, float[] hNow, int hNowAt, float[] cNow, int cNowAt) {
        int first = Math.max(from, step < order.steps() ? order.active(step) : 0);
        if (hOut != null) {
            order.scatterStates(first, end, hidden, hNow, hNowAt, hOut);
        }
        if (cOut != null) {
            order.scatterStates(first, end, hidden, cNow, cNowAt, cOut);
        }
    }

    /** The tape ends with zeros where sequences are shorter. */
    private void clearTape(Operand rows, int width) {
        if (rows != null) {
            Arrays.fill(rows.buffer.floats, rows.offset + order.rows() * width, rows.offset + rows.size, 0f);
        }
    }

    @Override
    public long multiplyAdds() {
        return lengths == null ? (long) steps * batch * multiplyAddsPerRow() : 0;
    }

    private long multiplyAddsPerRow() {
        return (long) tape.weightRows() * (inputSize + (long) hidden);
    }
}
