package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Over the last axis of f32: {@code y = e^(x − max) / Σ e^(x − max)}, or its logarithm.
 *
 * @param log whether to give {@code (x − max) − ln Σ e^(x − max)}
 */
public record Softmax(boolean log) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        if (in.rank(0) == 0) {
            throw in.fail("a scalar has no last axis");
        }
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int n = x.extent(x.rank() - 1);
        double[] y = x.toDoubles();
        for (int row = 0; row < y.length; row += n) {
            double max = Arrays.stream(y, row, row + n).max().orElse(0);
            double sum = 0;
            for (int i = row; i < row + n; i++) {
                sum += Math.exp(y[i] - max);
            }
            for (int i = row; i < row + n; i++) {
                y[i] = log ? y[i] - max - Math.log(sum) : Math.exp(y[i] - max) / sum;
            }
        }
        return List.of(Literal.of(x.type(), y, x.shape()));
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.add(new SoftmaxGradient(log), g.out(), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.SOFTMAX).flag(log);
    }

    /** Rows shorter than a vector, with and without a tail, long, of one element; large values. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (boolean log : new boolean[] {false, true}) {
            for (int n : new int[] {1, 5, 16, 33, 1000}) {
                cases.add(OpCase.of(new Softmax(log), OpCase.in(2, 3, n)));
            }
            cases.add(OpCase.of(new Softmax(log), OpCase.in(ValueType.of(DType.F32, 3, 19), 9_990, 10_010)));
            cases.add(OpCase.of(new Softmax(log), OpCase.in(0, 4)));
        }
        return cases;
    }
}
