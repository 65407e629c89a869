package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.plan.StepArgs;

/** A plain recurrent network over a sequence: W [H, I], R [H, H], bias [2H]. See {@link RecurrentStep}. */
final class RnnStep extends RecurrentStep {

    RnnStep(StepArgs args) {
        super(args, 1, false);
        UnaryFn fn = args.constant(1, UnaryFn.values());
        if (fn != UnaryFn.TANH && fn != UnaryFn.RELU) {
            throw args.bad("ints", fn + " is no activation of an RNN; expected TANH or RELU");
        }
        pack(fn == UnaryFn.RELU ? CellKernels.Cell.RNN_RELU : CellKernels.Cell.RNN_TANH);
    }

    @Override
    void advance(
            int rows, float[] x, int xOff, float[] pre, int preOff, float[] h, int hOff, float[] c, int cOff,
            float[] hOut, int hOutOff, float[] cOut, int cOutOff, boolean backwards, float[] kernelScratch) {
        cells.rnn(
                cell, rows, x, xOff, inputSize, pre, preOff, cell.preFloats(), h, hOff, hiddenSize,
                hOut, hOutOff, hiddenSize, backwards, kernelScratch);
    }
}
