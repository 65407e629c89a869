package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
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
 * {@code y[..., d, ...] = values[1]} where d is the index (negative ones from the end), else {@code
 * values[0]}; an index outside gives {@code values[0]} throughout. Inputs: indices, values [2].
 *
 * @param axis of y, where the new extent stands
 */
public record OneHot(int axis, Dim depth) implements Op {

    @Override
    public List<Dim> extents() {
        return List.of(depth);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 0);
        in.requireRank(1, 1);
        in.requireEqual(in.dim(1, 0), Dim.of(2), "the number of values");
        if (depth.max() < 0) {
            throw in.fail("a depth of " + depth);
        }
        List<Dim> shape = new ArrayList<>(in.shape(0));
        shape.add(in.axis(axis, in.rank(0) + 1), depth);
        return List.of(new ValueType(in.dtype(1), shape));
    }

    @Override
    public boolean isPure() {
        return depth.isConstant();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal indices = in.in(0);
        Literal values = in.in(1);
        int[] shape = in.outputShape(0);
        int n = shape[axis];
        int inner = GatherNd.width(shape, axis + 1);
        return List.of(values.select(
                i -> {
                    long index = indices.longAt(i / inner / n * inner + i % inner);
                    return (index < 0 ? index + n : index) == i / inner % n ? 1 : 0;
                },
                shape));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.ONE_HOT).ints(axis);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new OneHot(1, Dim.of(5)), OpCase.in(ValueType.of(DType.I64, 7), -5, 7), OpCase.in(2)),
                OpCase.of(new OneHot(0, Dim.of(3)), OpCase.in(ValueType.of(DType.I32, 2, 3), 0, 3), OpCase.weights(2)));
    }
}
