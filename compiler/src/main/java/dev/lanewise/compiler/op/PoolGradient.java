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
 * The gradient of a {@link Pool}: dx from x and dy. A maximum's goes to the first tap that is not below it, as
 * PyTorch has it; an average's to all taps inside x, in equal parts.
 */
public record PoolGradient(Pool pool) implements Op {

    @Override
    public String name() {
        return pool.name() + "Gradient";
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, pool.kernel().size() + 2);
        in.requireRank(1, pool.kernel().size() + 2);
        in.requireFloating(0);
        in.requireSameType(0, 1);
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal dy = in.in(1);
        double[] dx = new double[x.size()];
        for (int i = 0; i < dy.size(); i++) {
            int[] at = Strides.unravel(i, dy.shape());
            List<Integer> inside = new ArrayList<>();
            int counted = pool.taps(at, x.shape(), inside);
            if (pool.kind() == Pool.Kind.AVERAGE) {
                for (int tap : inside) {
                    dx[tap] += dy.doubleAt(i) / (pool.countIncludePad() ? counted : inside.size());
                }
                continue;
            }
            int first = -1;
            for (int tap : inside) {
                first = first < 0 || x.doubleAt(tap) > x.doubleAt(first) ? tap : first;
            }
            if (first >= 0) {
                dx[first] += dy.doubleAt(i);
            }
        }
        return List.of(Literal.of(x.type(), dx, x.shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        boolean max = pool.kind() == Pool.Kind.MAX;
        pool.arguments(lowering.step(
                max ? StepKind.POOL_MAX_GRAD : StepKind.POOL_AVERAGE_GRAD,
                max ? lowering.ins() : Lowering.list(lowering.in(1)), lowering.outs()));
    }

    /** Windows side by side, overlapping, on padding, reaching beyond it; channels with tails. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (OpCase forward : Pool.cases()) {
            Pool pool = (Pool) forward.op();
            OpCase.Input x = forward.inputs().get(0);
            if (x.type().type() == DType.F32) {
                ValueType y = new ValueType(DType.F32, pool.resultShape(x.type().shape()));
                cases.add(OpCase.of(new PoolGradient(pool), x, OpCase.in(y, -1, 1)));
            }
        }
        return cases;
    }
}
