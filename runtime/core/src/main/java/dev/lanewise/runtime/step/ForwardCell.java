package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.CellTape;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * The recurrent part of a cell's forward step in training: {@code pre + h · Rᵀ}, the gates, the new states, for any
 * number of rows. Immutable; R lies in panels of the step's scratch.
 */
abstract class ForwardCell {

    final Kernels kernels;
    final TrainingCellKernels cells;
    final int hidden;
    /** Of the rows of R whose product with h comes first. */
    final PanelMatrix first;

    private ForwardCell(CellTape tape, Kernels kernels, int at) {
        this.kernels = kernels;
        cells = kernels.trainingCells();
        hidden = tape.hidden();
        first = new PanelMatrix(kernels.matmul(), hidden, tape.firstRows(), at);
    }

    /** @param at where in the scratch R lies */
    static ForwardCell of(CellTape tape, Kernels kernels, int at) {
        return switch (tape.cell()) {
            case LSTM -> new Lstm(tape, kernels, at);
            case GRU -> new Gru(tape, kernels, at, false);
            case GRU_LINEAR_BEFORE_RESET -> new Gru(tape, kernels, at, true);
            case RNN_TANH, RNN_RELU -> new Rnn(tape, kernels, at);
        };
    }

    /** Packs R [gates · H, H]. */
    void pack(float[] r, int rOff, float[] work, int workOff) {
        first.pack(r, rOff, 1, hidden, work, workOff);
    }

    /**
     * One step of {@code rows} streams.
     *
     * @param gates [rows, gates, H] pre-activations without the recurrent part; becomes the tape
     * @param h [rows, H] before
     * @param c [rows, H] before, LSTM only
     * @param cOut [rows, H] after, LSTM only
     * @param hOut [rows, H] after
     * @param work the scratch, from {@code workOff}
     * @param recurrentBias where in it lies what q of a GRU that is linear before its reset starts at
     */
    abstract void advance(
            int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
            float[] cOut, int cOutOff, float[] hOut, int hOutOff,
            float[] work, int workOff, int recurrentBias, float[] kernelScratch);

    /** Adds the first products: to the first gates of each row, which are {@code stride} apart. */
    final void addFirst(
            int rows, float[] gates, int gatesOff, int stride, float[] h, int hOff,
            float[] work, int workOff, float[] kernelScratch) {
        first.multiply(
                rows, h, hOff, hidden, work, workOff, gates, gatesOff, stride, gates, gatesOff, stride, kernelScratch);
    }

    private static final class Lstm extends ForwardCell {

        Lstm(CellTape tape, Kernels kernels, int at) {
            super(tape, kernels, at);
        }

        @Override
        void advance(
                int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
                float[] cOut, int cOutOff, float[] hOut, int hOutOff,
                float[] work, int workOff, int recurrentBias, float[] kernelScratch) {
            addFirst(rows, gates, gatesOff, 4 * hidden, h, hOff, work, workOff, kernelScratch);
            cells.lstm(rows, hidden, gates, gatesOff, c, cOff, cOut, cOutOff, hOut, hOutOff);
        }
    }

    private static final class Gru extends ForwardCell {

        private final boolean linear;
        private final PanelMatrix candidate;

        Gru(CellTape tape, Kernels kernels, int at, boolean linear) {
            super(tape, kernels, at);
            this.linear = linear;
            candidate = new PanelMatrix(kernels.matmul(), hidden, hidden, at + first.floats());
        }

        @Override
        void pack(float[] r, int rOff, float[] work, int workOff) {
            super.pack(r, rOff, work, workOff);
            candidate.pack(r, rOff + 2 * hidden * hidden, 1, hidden, work, workOff);
        }

        @Override
        void advance(
                int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
                float[] cOut, int cOutOff, float[] hOut, int hOutOff,
                float[] work, int workOff, int recurrentBias, float[] kernelScratch) {
            int stride = 4 * hidden;
            int n = gatesOff + 2 * hidden;
            int q = n + hidden;
            addFirst(rows, gates, gatesOff, stride, h, hOff, work, workOff, kernelScratch);
            if (linear) {
                candidate.multiply(
                        rows, h, hOff, hidden, work, workOff, work, workOff + recurrentBias, 0,
                        gates, q, stride, kernelScratch);
            }
            cells.gruGates(rows, hidden, linear, gates, gatesOff, h, hOff);
            if (!linear) {
                candidate.multiply(
                        rows, gates, q, stride, work, workOff, gates, n, stride, gates, n, stride, kernelScratch);
            }
            cells.gruState(rows, hidden, gates, gatesOff, h, hOff, hOut, hOutOff);
        }
    }

    private static final class Rnn extends ForwardCell {

        private final UnaryFn fn;

        Rnn(CellTape tape, Kernels kernels, int at) {
            super(tape, kernels, at);
            fn = tape.cell().fn();
        }

        @Override
        void advance(
                int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
                float[] cOut, int cOutOff, float[] hOut, int hOutOff,
                float[] work, int workOff, int recurrentBias, float[] kernelScratch) {
            addFirst(rows, gates, gatesOff, hidden, h, hOff, work, workOff, kernelScratch);
            kernels.map().unary(fn, 0f, 0f, gates, gatesOff, gates, gatesOff, rows * hidden);
            System.arraycopy(gates, gatesOff, hOut, hOutOff, rows * hidden);
        }
    }
}
