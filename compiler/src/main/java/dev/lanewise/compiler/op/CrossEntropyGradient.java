package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;

/**
 * The gradient of {@link CrossEntropy}: of its scores, targets, {@code log Σ exp(x)} and the gradient of its loss
 * {@code dx = (exp(x) / Σ exp(x) − [target]) · dloss}.
 */
public record CrossEntropyGradient() implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 1);
        in.requireSameType(0, 2);
        in.requireSameType(0, 3);
        in.requireRank(0, in.rank(1) + 1);
        in.requireRank(2, in.rank(1));
        in.requireRank(3, in.rank(1));
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int classes = x.extent(x.rank() - 1);
        double[] dx = x.toDoubles();
        for (int i = 0; i < dx.length; i++) {
            int row = i / classes;
            boolean target = Indices.positive(in.in(1).longAt(row), classes) == i % classes;
            dx[i] = (Math.exp(dx[i] - in.in(2).doubleAt(row)) - (target ? 1 : 0)) * in.in(3).doubleAt(row);
        }
        return List.of(Literal.of(x.type(), dx, x.shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.CROSS_ENTROPY_GRADIENT);
    }

    static List<OpCase> cases() {
        return List.of(of(2, 3, 1), of(2, 3, 17), of(4, 1, 65));
    }

    private static OpCase of(int outer, int rows, int classes) {
        return OpCase.of(
                new CrossEntropyGradient(), OpCase.in(outer, rows, classes),
                OpCase.in(ValueType.of(DType.I32, outer, rows), 0, classes),
                OpCase.in(ValueType.of(DType.F32, outer, rows), 1, 5), OpCase.in(outer, rows));
    }
}
