package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.CellKernels;
import java.util.ArrayList;
import java.util.List;

/**
 * A gated recurrent unit over sequences (Cho et al. 2014), one direction, gates {@code z, r, h}:
 *
 * <pre>
 * z = σ(Wz · x + Rz · h + b)        r = σ(Wr · x + Rr · h + b)        h' = z · h + (1 − z) · n
 * n = tanh(Wh · x + Wbh + Rh · (r · h) + Rbh), or, linear before reset,
 * n = tanh(Wh · x + Wbh + r · (Rh · h + Rbh))
 * </pre>
 *
 * <p>Operands and results: see {@link Recurrence}.
 *
 * @param reverse whether sequences are read from their ends
 * @param linearBeforeReset whether the reset gate multiplies the product with h (as cuDNN and PyTorch do),
 *     not h itself
 */
public record Gru(boolean reverse, boolean linearBeforeReset) implements Op {

    private static final int GATES = 3;

    @Override
    public List<ValueType> infer(Signature in) {
        return Recurrence.infer(in, GATES, 1);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        return Recurrence.evaluate(in, GATES, 1, reverse, cell(in, linearBeforeReset));
    }

    /** Its cell; gives z, r, n, and r · h or, linear before reset, Rh · h + Rbh. */
    static Recurrence.Cell cell(Evaluation in, boolean linearBeforeReset) {
        int n = in.in(Recurrence.R).extent(1);
        double[] r = in.in(Recurrence.R).toDoubles();
        double[] candidateR = java.util.Arrays.copyOfRange(r, 2 * n * n, 3 * n * n);
        double[] bias = in.has(Recurrence.BIAS) ? in.in(Recurrence.BIAS).toDoubles() : new double[6 * n];
        return (wx, rh, state) -> {
            double[] h = state[0];
            double[] gates = new double[(GATES + 1) * n];
            double[] reset = new double[n];
            for (int j = 0; j < n; j++) {
                reset[j] = Functions.sigmoid(wx[n + j] + rh[n + j]);
            }
            double[] gated = new double[n];
            for (int j = 0; j < n; j++) {
                gated[j] = reset[j] * h[j];
            }
            double[] products = Recurrence.product(candidateR, gated, bias, 5 * n, n);
            double[] next = new double[n];
            for (int j = 0; j < n; j++) {
                double update = Functions.sigmoid(wx[j] + rh[j]);
                double candidate = Math.tanh(
                        wx[2 * n + j] + (linearBeforeReset ? reset[j] * rh[2 * n + j] : products[j]));
                next[j] = update * h[j] + (1 - update) * candidate;
                gates[j] = update;
                gates[n + j] = reset[j];
                gates[2 * n + j] = candidate;
                gates[3 * n + j] = linearBeforeReset ? rh[2 * n + j] : gated[j];
            }
            state[0] = next;
            return gates;
        };
    }

    @Override
    public Op recording() {
        return new RecurrentForward(
                linearBeforeReset ? CellKernels.Cell.GRU_LINEAR_BEFORE_RESET : CellKernels.Cell.GRU, reverse);
    }

    @Override
    public void lower(Lowering lowering) {
        if (!Recurrence.hasStep(lowering.node().inputs())) {
            recording().lower(lowering); // as in training
            return;
        }
        // a second candidate needs room as a fourth gate
        lowering.step(StepKind.GRU, Recurrence.operands(lowering, 1), Recurrence.results(lowering, GATES + 1))
                .flag(reverse)
                .flag(linearBeforeReset);
    }

    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>(Recurrence.cases(reverse -> new Gru(reverse, false), GATES, 1));
        cases.addAll(Recurrence.cases(reverse -> new Gru(reverse, true), GATES, 1));
        return cases;
    }
}
