package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.plan.StepArgs;

/** An LSTM over a sequence, gates i, o, f, c: W [4H, I], R [4H, H], bias [8H]. See {@link RecurrentStep}. */
final class LstmStep extends RecurrentStep {

    LstmStep(StepArgs args) {
        super(args, 4, true);
        pack(CellKernels.Cell.LSTM);
    }

    @Override
    void advance(
            int rows, float[] x, int xOff, float[] pre, int preOff, float[] h, int hOff, float[] c, int cOff,
            float[] hOut, int hOutOff, float[] cOut, int cOutOff, boolean backwards, float[] kernelScratch) {
        cells.lstm(
                cell, rows, x, xOff, inputSize, pre, preOff, cell.preFloats(), h, hOff, hiddenSize,
                c, cOff, hiddenSize, hOut, hOutOff, hiddenSize, cOut, cOutOff, hiddenSize, backwards, kernelScratch);
    }
}
