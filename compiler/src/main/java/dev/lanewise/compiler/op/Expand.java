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
import java.util.Collections;
import java.util.List;

/** Axes of extent 1, and new outer ones, repeated: x broadcast against {@code shape}, as numpy does. */
public record Expand(List<Dim> shape) implements Op {

    /** Contents longer than this are not followed. */
    private static final long LONGEST = 64;

    public Expand {
        shape = List.copyOf(shape);
    }

    @Override
    public List<Dim> extents() {
        return shape;
    }

    @Override
    public List<ValueType> infer(Signature in) {
        return List.of(new ValueType(in.dtype(0), in.broadcast(in.shape(0), shape)));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> x = in.value(0).contents();
        List<Dim> out = infer(in).get(0).shape();
        if (x == null || x.size() != 1 || out.size() > 1) {
            return null;
        }
        if (out.isEmpty()) {
            return List.of(x);
        }
        return out.get(0).isConstant() && out.get(0).constant() <= LONGEST
                ? List.of(Collections.nCopies((int) out.get(0).constant(), x.get(0)))
                : null;
    }

    @Override
    public boolean onlyMoves() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Broadcast walk = Broadcast.of(x.shape(), in.outputShape(0));
        return List.of(x.size() == 1 ? x.spread(walk.shape()) : x.select(i -> walk.index(0, i), walk.shape()));
    }

    @Override
    public boolean isPure() {
        return shape.stream().allMatch(Dim::isConstant);
    }

    /** What was repeated is summed. */
    @Override
    public void gradient(Gradient g) {
        g.give(0, g.of());
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.EXPAND);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Expand(dims(3, 4)), OpCase.in(3, 1)),
                OpCase.of(new Expand(dims(2, 3, 1)), OpCase.in(5)),
                OpCase.of(new Expand(dims(1, 17)), OpCase.in(2, 1, 1)));
    }

    static List<Dim> dims(long... extents) {
        return ValueType.of(dev.lanewise.formats.DType.I64, extents).shape();
    }
}
