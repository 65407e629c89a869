package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.plan.StepArgs;

/** A GRU over a sequence, gates z, r, h: W [3H, I], R [3H, H], bias [6H]. See {@link RecurrentStep}. */
final class GruStep extends RecurrentStep {

    GruStep(StepArgs args) {
        super(args, 3, false);
        pack(args.flag(1) ? CellKernels.Cell.GRU_LINEAR_BEFORE_RESET : CellKernels.Cell.GRU);
    }

    @Override
    void advance(
            int rows, float[] x, int xOff, float[] pre, int preOff, float[] h, int hOff, float[] c, int cOff,
            float[] hOut, int hOutOff, float[] cOut, int cOutOff, boolean backwards, float[] kernelScratch) {
        cells.gru(
                cell, rows, x, xOff, inputSize, pre, preOff, cell.preFloats(), h, hOff, hiddenSize,
                hOut, hOutOff, hiddenSize, backwards, kernelScratch);
    }
}
