package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import java.util.Collections;
import java.util.List;

/**
 * The same elements, in the same order, under other extents. Costs nothing at run time where the
 * memory can be shared.
 */
public record Reshape(List<Dim> shape) implements Op {

    public Reshape {
        shape = List.copyOf(shape);
    }

    @Override
    public List<Dim> extents() {
        return shape;
    }

    @Override
    public List<ValueType> infer(Signature in) {
        ValueType type = new ValueType(in.dtype(0), shape);
        if (!Signature.mayEqual(type.size(), in.type(0).size())) {
            throw in.fail("cannot reshape " + in.type(0) + " to " + shape);
        }
        return List.of(type);
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        return shape.size() <= 1 ? Collections.singletonList(in.value(0).contents()) : null;
    }

    @Override
    public boolean onlyMoves() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        return List.of(in.in(0).reshape(in.values(shape)));
    }

    @Override
    public boolean isPure() {
        return shape.stream().allMatch(Dim::isConstant);
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.reshape(g.of(), g.in(0).shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.view(lowering.in(0), lowering.out(0));
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Reshape(Expand.dims(3, 8)), OpCase.in(2, 3, 4)),
                OpCase.of(new Reshape(Expand.dims()), OpCase.in(1, 1)));
    }
}
