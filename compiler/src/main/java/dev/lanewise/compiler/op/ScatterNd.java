package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * x with slices changed: indices [i..., r] name slices of x [n1, ..., nr, inner...], which updates
 * [i..., inner...] replace or are combined with, one tuple after another.
 */
public record ScatterNd(ScatterReduction reduction) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 1);
        in.requireSameType(0, 2);
        int depth = GatherNd.depth(in, 0);
        List<Dim> shape = new ArrayList<>(in.shape(1).subList(0, in.rank(1) - 1));
        shape.addAll(in.shape(0).subList(depth, in.rank(0)));
        in.requireRank(2, shape.size());
        for (int axis = 0; axis < shape.size(); axis++) {
            in.requireEqual(in.dim(2, axis), shape.get(axis), "extent " + axis + " of the updates");
        }
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal indices = in.in(1);
        Literal updates = in.in(2);
        int depth = indices.extent(indices.rank() - 1);
        int width = GatherNd.width(x.shape(), depth);
        Scattered y = new Scattered(x, reduction);
        for (int i = 0; i < updates.size(); i++) {
            int slice = GatherNd.slice(x.shape(), indices, i / width, 0, 0, depth);
            y.update(slice * width + i % width, updates, i);
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
            g.give(2, g.add(new GatherNd(0), g.of(), g.in(1)));
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.SCATTER_ND).ints(reduction.ordinal());
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (ScatterReduction reduction : ScatterReduction.values()) {
            cases.add(OpCase.of(
                    new ScatterNd(reduction), OpCase.in(4, 3),
                    OpCase.constant(Literal.of(new long[] {1, -1, 1}, 3, 1)), OpCase.in(3, 3)));
        }
        cases.add(OpCase.of(
                new ScatterNd(ScatterReduction.NONE), OpCase.in(3, 3),
                OpCase.constant(Literal.of(new long[] {0, 1, 2, 2}, 2, 2)), OpCase.in(2)));
        return cases;
    }
}
