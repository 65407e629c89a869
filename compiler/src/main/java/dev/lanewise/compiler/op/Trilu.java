package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;

/**
 * The upper or the lower triangle of the last two axes, the rest 0. Inputs: x [..., m, n], k (i64, one
 * element; absent: 0). Upper keeps {@code j ≥ i + k}, lower {@code j ≤ i + k}.
 */
public record Trilu(boolean upper) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        if (in.rank(0) < 2) {
            throw in.fail("input 0 is " + in.type(0) + "; expected rank 2 at least");
        }
        if (in.has(1)) {
            in.requireType(1, DType.I64);
            in.requireEqual(in.type(1).size(), Dim.ONE, "the size of k");
        }
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        long k = in.has(1) ? in.in(1).longAt(0) : 0;
        int columns = x.extent(x.rank() - 1);
        int rows = x.extent(x.rank() - 2);
        // a zero stands behind x's elements
        Literal both = Concat.evaluate(0, List.of(x.reshape(x.size()), Literal.splat(x.type(), 0, 1)));
        return List.of(both.select(
                e -> {
                    long distance = (long) (e % columns) - e / columns % rows;
                    return upper && distance >= k || !upper && distance <= k ? e : x.size();
                },
                x.shape()));
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.add(this, g.of(), g.in(1)));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.TRILU, Lowering.list(lowering.in(0), lowering.in(1)), lowering.outs())
                .ints(upper ? 1 : 0);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Trilu(true), OpCase.in(4, 5)),
                OpCase.of(new Trilu(false), OpCase.in(2, 3, 3), OpCase.constant(Literal.scalar(-1))),
                OpCase.of(new Trilu(true), OpCase.in(2, 5, 3), OpCase.in(ValueType.of(DType.I64), -7, 7)));
    }
}
