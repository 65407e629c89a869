package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * A simple recurrent network (Elman 1990), one direction: {@code h' = fn(W · x + Wb + R · h + Rb)}.
 *
 * <p>Operands and results: see {@link Recurrence}.
 *
 * @param reverse whether sequences are read from their ends
 * @param fn {@link UnaryFn#TANH} or {@link UnaryFn#RELU}
 */
public record Rnn(boolean reverse, UnaryFn fn) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        if (fn != UnaryFn.TANH && fn != UnaryFn.RELU) {
            throw in.fail("activation " + fn + "; only tanh and relu");
        }
        return Recurrence.infer(in, 1, 1);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        return Recurrence.evaluate(in, 1, 1, reverse, cell(fn));
    }

    /** Its cell; gives h. */
    static Recurrence.Cell cell(UnaryFn fn) {
        return (wx, rh, state) -> {
            double[] next = new double[wx.length];
            for (int j = 0; j < next.length; j++) {
                next[j] = Functions.unary(fn, 0, 0, wx[j] + rh[j]);
            }
            state[0] = next;
            return next;
        };
    }

    @Override
    public Op recording() {
        return new RecurrentForward(
                fn == UnaryFn.RELU ? CellKernels.Cell.RNN_RELU : CellKernels.Cell.RNN_TANH, reverse);
    }

    @Override
    public void lower(Lowering lowering) {
        if (!Recurrence.hasStep(lowering.node().inputs())) {
            recording().lower(lowering); // as in training
            return;
        }
        lowering.step(StepKind.RNN, Recurrence.operands(lowering, 1), Recurrence.results(lowering, 1))
                .flag(reverse)
                .ints(fn.ordinal());
    }

    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>(Recurrence.cases(reverse -> new Rnn(reverse, UnaryFn.TANH), 1, 1));
        cases.addAll(Recurrence.cases(reverse -> new Rnn(reverse, UnaryFn.RELU), 1, 1));
        return cases;
    }
}
