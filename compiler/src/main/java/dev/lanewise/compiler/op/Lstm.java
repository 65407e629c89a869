package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.CellKernels;
import java.util.List;

/**
 * A long short-term memory over sequences (Hochreiter, Schmidhuber 1997, with forget gates), one
 * direction, gates {@code i, o, f, c}:
 *
 * <pre>
 * c' = σ(f) · c + σ(i) · tanh(g)        h' = σ(o) · tanh(c')
 * i, o, f, g = W · x + Wb + R · h + Rb
 * </pre>
 *
 * <p>Operands and results: see {@link Recurrence}, with {@code c} and {@code c'}.
 *
 * @param reverse whether sequences are read from their ends
 */
public record Lstm(boolean reverse) implements Op {

    private static final int GATES = 4;

    @Override
    public List<ValueType> infer(Signature in) {
        return Recurrence.infer(in, GATES, 2);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        return Recurrence.evaluate(in, GATES, 2, reverse, Lstm::advance);
    }

    /** One step, see {@link Recurrence.Cell}; gives i, o, f, g. */
    static double[] advance(double[] wx, double[] rh, double[][] state) {
        int n = state[0].length;
        double[] gates = new double[GATES * n];
        for (int j = 0; j < n; j++) {
            double input = Functions.sigmoid(wx[j] + rh[j]);
            double output = Functions.sigmoid(wx[n + j] + rh[n + j]);
            double forget = Functions.sigmoid(wx[2 * n + j] + rh[2 * n + j]);
            double candidate = Math.tanh(wx[3 * n + j] + rh[3 * n + j]);
            state[1][j] = forget * state[1][j] + input * candidate;
            state[0][j] = output * Math.tanh(state[1][j]);
            gates[j] = input;
            gates[n + j] = output;
            gates[2 * n + j] = forget;
            gates[3 * n + j] = candidate;
        }
        return gates;
    }

    @Override
    public Op recording() {
        return new RecurrentForward(CellKernels.Cell.LSTM, reverse);
    }

    @Override
    public void lower(Lowering lowering) {
        if (!Recurrence.hasStep(lowering.node().inputs())) {
            recording().lower(lowering); // as in training
            return;
        }
        lowering.step(StepKind.LSTM, Recurrence.operands(lowering, 2), Recurrence.results(lowering,
                GATES)).flag(reverse);
    }

    public static List<OpCase> cases() {
        return Recurrence.cases(Lstm::new, GATES, 2);
    }
}
