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
import java.util.List;

/**
 * x with elements changed: {@code y[i, indices[i, j, k], k] ∘= updates[i, j, k]} for axis 1, in row-major
 * order of the updates; indices and updates have one shape.
 */
public record ScatterElements(int axis, ScatterReduction reduction) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 1);
        in.requireSameType(0, 2);
        in.requireRank(1, in.rank(0));
        in.requireRank(2, in.rank(0));
        int at = in.axis(axis, in.rank(0));
        Indices.requireInside(in, 1, in.dim(0, at));
        for (int a = 0; a < in.rank(0); a++) {
            in.requireEqual(in.dim(2, a), in.dim(1, a), "extent " + a + " of the updates");
            if (a != at && in.dim(1, a).min() > in.dim(0, a).max()) {
                throw in.fail("indices " + in.type(1) + " reach beyond " + in.type(0));
            }
        }
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal indices = in.in(1);
        Literal updates = in.in(2);
        Scattered y = new Scattered(x, reduction);
        for (int i = 0; i < indices.size(); i++) {
            y.update(GatherElements.address(x.shape(), indices, i, axis), updates, i);
        }
        return List.of(y.literal());
    }

    /** Where updates replace, indices are taken to be distinct: which of equal ones counts is not looked at. */
    @Override
    public void gradient(Gradient g) {
        boolean adds = reduction == ScatterReduction.ADD;
        if (!adds && reduction != ScatterReduction.NONE) {
            throw g.unsupported("with the reduction " + reduction);
        }
        if (g.needs(0)) {
            g.give(0, adds ? g.of() : g.add(this, g.of(), g.in(1), g.zeros(g.in(2).type())));
        }
        if (g.needs(2)) {
            g.give(2, g.add(new GatherElements(axis), g.of(), g.in(1)));
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.SCATTER_ELEMENTS).ints(axis, reduction.ordinal());
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (ScatterReduction reduction : ScatterReduction.values()) {
            cases.add(OpCase.of(
                    new ScatterElements(1, reduction), OpCase.in(3, 5),
                    OpCase.in(ValueType.of(DType.I64, 3, 1), -5, 5), OpCase.in(3, 1)));
        }
        return cases;
    }
}
