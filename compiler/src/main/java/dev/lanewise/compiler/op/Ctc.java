package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.List;

/**
 * Connectionist temporal classification (Graves et al. 2006): of log-probabilities [T, B, C], targets i32 [B, S],
 * lengths of sequences and lengths of targets i32 [B], in that order, the surprise of all alignments [B], infinite
 * where there is none; and how often these are in each class at each time [T, B, C], which the gradient needs.
 *
 * @param blank the class between labels, which no target has
 */
public record Ctc(int blank) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        in.requireRank(0, 3);
        in.requireRank(1, 2);
        in.requireEqual(in.dim(1, 0), in.dim(0, 1), "the number of targets");
        for (int i = 1; i < 4; i++) {
            in.requireType(i, DType.I32);
        }
        for (int i = 2; i < 4; i++) {
            in.requireRank(i, 1);
            in.requireEqual(in.dim(i, 0), in.dim(0, 1), "the number of lengths");
        }
        return List.of(new ValueType(in.dtype(0), List.of(in.dim(0, 1))), in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal logs = in.in(0);
        int batch = logs.extent(1);
        int classes = logs.extent(2);
        double[] loss = new double[batch];
        double[] occupancy = new double[logs.size()];
        for (int b = 0; b < batch; b++) {
            int length = (int) in.in(2).longAt(b);
            int[] states = new int[2 * (int) in.in(3).longAt(b) + 1];
            for (int s = 0; s < states.length; s++) {
                states[s] = s % 2 == 0 ? blank : (int) in.in(1).longAt(b * in.in(1).extent(1) + s / 2);
            }
            double[][] forward = walk(logs, b, length, states, false);
            double[][] backward = walk(logs, b, length, states, true);
            double total = Double.NEGATIVE_INFINITY;
            for (int s = Math.max(0, states.length - 2); s < states.length; s++) {
                total = length == 0 ? (states.length == 1 ? 0 : total) : logSum(total, forward[length - 1][s]);
            }
            loss[b] = -total;
            for (int t = 0; t < length && total > Double.NEGATIVE_INFINITY; t++) {
                for (int s = 0; s < states.length; s++) {
                    int at = (t * batch + b) * classes + states[s];
                    occupancy[at] += Math.exp(forward[t][s] + backward[t][s] - logs.doubleAt(at) - total);
                }
            }
        }
        return List.of(Literal.of(logs.type(), loss, batch), Literal.of(logs.type(), occupancy, logs.shape()));
    }

    /** [time][state] logarithms of what leads to a state, or follows from it; the state's own time counts in both. */
    private double[][] walk(Literal logs, int b, int length, int[] states, boolean back) {
        double[][] walked = new double[length][states.length];
        for (int i = 0; i < length; i++) {
            int t = back ? length - 1 - i : i;
            for (int j = 0; j < states.length; j++) {
                int s = back ? states.length - 1 - j : j;
                double from = i == 0 ? (j < 2 ? 0 : Double.NEGATIVE_INFINITY) : Double.NEGATIVE_INFINITY;
                int towards = back ? 1 : -1;
                for (int step = 0; i > 0 && step < 3 && step <= j; step++) {
                    int other = s + towards * step;
                    boolean allowed = step < 2 || states[s] != blank && states[s] != states[other];
                    from = allowed ? logSum(from, walked[t + towards][other]) : from;
                }
                walked[t][s] = from + logs.doubleAt((t * logs.extent(1) + b) * logs.extent(2) + states[s]);
            }
        }
        return walked;
    }

    private static double logSum(double a, double b) {
        double max = Math.max(a, b);
        return max == Double.NEGATIVE_INFINITY ? max : max + Math.log(Math.exp(a - max) + Math.exp(b - max));
    }

    /** With respect to each log-probability, as if they were independent of one another. */
    @Override
    public void gradient(Gradient g) {
        if (g.of(1) != null) {
            throw g.unsupported("of its occupancy");
        }
        Value perSequence = g.reshape(g.apply(UnaryFn.NEG, g.of()), List.of(Dim.ONE, g.of().dim(0), Dim.ONE));
        g.give(0, g.times(g.out(1), perSequence));
    }

    @Override
    public void lower(Lowering lowering) {
        Dim time = lowering.inputValue(0).dim(0);
        Dim states = lowering.inputValue(1).dim(1).times(2).plus(1);
        lowering.requireType(0, DType.F32);
        lowering.step(
                        StepKind.CTC, lowering.ins(),
                        Lowering.list(
                                lowering.out(0), lowering.out(1),
                                lowering.scratch(DType.F64, time.plus(1).times(states))))
                .ints(blank);
    }

    /** Targets that repeat a label, that are empty, and that are as long as the sequence lets them be. */
    static List<OpCase> cases() {
        int[][] targets = {{1, 1, 2}, {3, 0, 0}, {2, 3, 1}};
        OpCase.Input labels = OpCase.constant(ints(3, 3, targets));
        return List.of(
                OpCase.of(
                        new Ctc(0), logs(6, 3, 4), labels, lengths(6, 3, 5), lengths(3, 1, 3)),
                OpCase.of(new Ctc(0), logs(7, 3, 4), labels, lengths(7, 7, 4), lengths(2, 0, 3)),
                OpCase.of(
                        new Ctc(4), logs(9, 1, 5), OpCase.constant(ints(1, 4, new int[][] {{0, 0, 3, 2}})), lengths(8),
                        lengths(4)));
    }

    private static OpCase.Input logs(int time, int batch, int classes) {
        return OpCase.in(ValueType.of(DType.F32, time, batch, classes), -3, -0.5);
    }

    private static OpCase.Input lengths(int... lengths) {
        return OpCase.constant(ints(1, lengths.length, new int[][] {lengths}).reshape(lengths.length));
    }

    private static Literal ints(int rows, int columns, int[][] values) {
        long[] flat = Arrays.stream(values).flatMapToInt(Arrays::stream).asLongStream().toArray();
        return Literal.of(DType.I32, flat, rows, columns);
    }
}
