package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.CellTape;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * The recurrent part of a cell's backward step: from gradients of new states to those of gates and of the states
 * before, for any number of rows. Immutable; R lies in panels of the step's scratch.
 */
abstract class BackwardCell {

    final TrainingCellKernels cells;
    final int hidden;
    /** Of the rows of R whose product with h comes first. */
    final PanelMatrix first;

    private BackwardCell(CellTape tape, Kernels kernels, int at) {
        cells = kernels.trainingCells();
        hidden = tape.hidden();
        first = new PanelMatrix(kernels.matmul(), tape.firstRows(), hidden, at);
    }

    /** @param at where in the scratch R lies */
    static BackwardCell of(CellTape tape, Kernels kernels, int at) {
        return switch (tape.cell()) {
            case LSTM -> new Lstm(tape, kernels, at);
            case GRU -> new Gru(tape, kernels, at, false);
            case GRU_LINEAR_BEFORE_RESET -> new Gru(tape, kernels, at, true);
            case RNN_TANH, RNN_RELU -> new Rnn(tape, kernels, at);
        };
    }

    /** Packs R [gates · H, H]. */
    void pack(float[] r, int rOff, float[] work, int workOff) {
        first.pack(r, rOff, hidden, 1, work, workOff);
    }

    /**
     * Back through one step of {@code rows} streams.
     *
     * @param gates [rows, gates, H] the tape
     * @param h [rows, H] before the step
     * @param c [rows, H] before, {@code cOut} [rows, H] after it, LSTM only
     * @param dh [rows, H] gradient of what h became; becomes that of h
     * @param dc [rows, H] the same of c, LSTM only
     * @param dGates [rows, gates, H] gets the gradients of the gates' pre-activations
     * @param work the scratch, from {@code workOff}
     */
    abstract void retreat(
            int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
            float[] cOut, int cOutOff, float[] dh, int dhOff, float[] dc, int dcOff, float[] dGates, int dGatesOff,
            float[] work, int workOff, float[] kernelScratch);

    private static final class Lstm extends BackwardCell {

        Lstm(CellTape tape, Kernels kernels, int at) {
            super(tape, kernels, at);
        }

        @Override
        void retreat(
                int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
                float[] cOut, int cOutOff, float[] dh, int dhOff, float[] dc, int dcOff,
                float[] dGates, int dGatesOff, float[] work, int workOff, float[] kernelScratch) {
            cells.lstmGradient(
                    rows, hidden, gates, gatesOff, c, cOff, cOut, cOutOff, dh, dhOff, dc, dcOff, dGates, dGatesOff);
            first.multiply(
                    rows, dGates, dGatesOff, 4 * hidden, work, workOff, null, 0, 0, dh, dhOff, hidden, kernelScratch);
        }
    }

    private static final class Gru extends BackwardCell {

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
            candidate.pack(r, rOff + 2 * hidden * hidden, hidden, 1, work, workOff);
        }

        @Override
        void retreat(
                int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
                float[] cOut, int cOutOff, float[] dh, int dhOff, float[] dc, int dcOff,
                float[] dGates, int dGatesOff, float[] work, int workOff, float[] kernelScratch) {
            int stride = 4 * hidden;
            int dn = dGatesOff + 2 * hidden;
            int last = dn + hidden;
            cells.gruGradient(rows, hidden, linear, gates, gatesOff, h, hOff, dh, dhOff, dGates, dGatesOff);
            if (!linear) {
                candidate.multiply(
                        rows, dGates, dn, stride, work, workOff, null, 0, 0, dGates, last, stride, kernelScratch);
                cells.gruResetGradient(rows, hidden, gates, gatesOff, h, hOff, dh, dhOff, dGates, dGatesOff);
            }
            first.multiply(
                    rows, dGates, dGatesOff, stride, work, workOff, dh, dhOff, hidden, dh, dhOff, hidden,
                    kernelScratch);
            if (linear) {
                candidate.multiply(
                        rows, dGates, last, stride, work, workOff, dh, dhOff, hidden, dh, dhOff, hidden,
                        kernelScratch);
            }
        }
    }

    private static final class Rnn extends BackwardCell {

        private final UnaryFn fn;

        Rnn(CellTape tape, Kernels kernels, int at) {
            super(tape, kernels, at);
            fn = tape.cell().fn();
        }

        @Override
        void retreat(
                int rows, float[] gates, int gatesOff, float[] h, int hOff, float[] c, int cOff,
                float[] cOut, int cOutOff, float[] dh, int dhOff, float[] dc, int dcOff,
                float[] dGates, int dGatesOff, float[] work, int workOff, float[] kernelScratch) {
            cells.rnnGradient(rows * hidden, fn, gates, gatesOff, dh, dhOff, dGates, dGatesOff);
            first.multiply(
                    rows, dGates, dGatesOff, hidden, work, workOff, null, 0, 0, dh, dhOff, hidden, kernelScratch);
        }
    }
}
