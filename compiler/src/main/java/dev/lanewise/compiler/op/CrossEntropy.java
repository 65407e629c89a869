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
import java.util.ArrayList;
import java.util.List;

/**
 * The surprise of each row's target: of scores x [..., C] and targets [...] (i32 or i64) {@code loss = log Σ exp(x) −
 * x[target]} [...], and {@code log Σ exp(x)} [...], which the gradient needs.
 */
public record CrossEntropy() implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        Indices.require(in, 1);
        in.requireRank(0, in.rank(1) + 1);
        for (int axis = 0; axis < in.rank(1); axis++) {
            in.requireEqual(in.dim(1, axis), in.dim(0, axis), "extent " + axis + " of the targets");
        }
        Indices.requireInside(in, 1, in.dim(0, in.rank(1)));
        ValueType each = new ValueType(in.dtype(0), in.shape(0).subList(0, in.rank(1)));
        return List.of(each, each);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal targets = in.in(1);
        int classes = x.extent(x.rank() - 1);
        double[] loss = new double[targets.size()];
        double[] logSum = new double[loss.length];
        for (int row = 0; row < loss.length; row++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                max = Math.max(max, x.doubleAt(row * classes + c));
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(x.doubleAt(row * classes + c) - max);
            }
            logSum[row] = max + Math.log(sum);
            int target = Indices.positive(targets.longAt(row), classes);
            loss[row] = logSum[row] - x.doubleAt(row * classes + target);
        }
        return List.of(Literal.of(x.type(), loss, targets.shape()), Literal.of(x.type(), logSum, targets.shape()));
    }

    @Override
    public void gradient(Gradient g) {
        if (g.of() != null) {
            g.give(0, g.add(new CrossEntropyGradient(), g.in(0), g.in(1), g.out(1), g.of()));
        }
        if (g.of(1) != null) {
            List<Dim> perRow = new ArrayList<>(g.of(1).shape());
            perRow.add(Dim.ONE);
            Value share = g.apply(UnaryFn.EXP, g.minus(g.in(0), g.reshape(g.out(1), perRow)));
            g.give(0, g.times(share, g.reshape(g.of(1), perRow)));
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.CROSS_ENTROPY);
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int classes : new int[] {1, 2, 17, 65, 5000}) {
            OpCase.Input targets = OpCase.in(ValueType.of(DType.I32, 2, 3), 0, classes);
            cases.add(OpCase.of(
                    new CrossEntropy(), OpCase.in(ValueType.of(DType.F32, 2, 3, classes), -4, 4), targets));
        }
        cases.add(OpCase.of(
                new CrossEntropy(), OpCase.in(ValueType.of(DType.F32, 5, 3), 90, 130),
                OpCase.in(ValueType.of(DType.I64, 5), -3, 3)));
        return cases;
    }
}
