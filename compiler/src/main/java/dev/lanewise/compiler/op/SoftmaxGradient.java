package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a {@link Softmax}, from y, what it gave, and dy: {@code dx = y · (dy − Σ dy · y)}; of the logarithm
 * {@code dx = dy − eʸ · Σ dy}.
 */
public record SoftmaxGradient(boolean log) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        in.requireSameType(0, 1);
        in.requireRank(1, in.rank(0));
        if (in.rank(0) == 0) {
            throw in.fail("a scalar has no last axis");
        }
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        double[] y = in.in(0).toDoubles();
        double[] dy = in.in(1).toDoubles();
        int n = in.in(0).extent(in.in(0).rank() - 1);
        double[] dx = new double[y.length];
        for (int row = 0; row < y.length; row += n) {
            double sum = 0;
            for (int i = row; i < row + n; i++) {
                sum += log ? dy[i] : dy[i] * y[i];
            }
            for (int i = row; i < row + n; i++) {
                dx[i] = log ? dy[i] - Math.exp(y[i]) * sum : y[i] * (dy[i] - sum);
            }
        }
        return List.of(Literal.of(in.in(0).type(), dx, in.in(0).shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        lowering.step(StepKind.SOFTMAX_GRAD).flag(log);
    }

    /** Rows shorter than a vector, with and without a tail, long, of one element. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (boolean log : new boolean[] {false, true}) {
            for (int n : new int[] {1, 5, 16, 33, 1000}) {
                cases.add(OpCase.of(new SoftmaxGradient(log), OpCase.in(2, 3, n), OpCase.in(2, 3, n)));
            }
        }
        return cases;
    }
}
