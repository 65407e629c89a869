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
import java.util.List;

/**
 * Where x is not 0: y [rank, count], a column of indices per element, row-major.
 *
 * @param count learnt; at most x's size
 */
public record NonZero(Dim count) implements Op {

    @Override
    public List<Dim> extents() {
        return List.of(count);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        return List.of(new ValueType(DType.I64, List.of(Dim.of(in.rank(0)), count)));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int[] found = java.util.stream.IntStream.range(0, x.size()).filter(i -> x.doubleAt(i) != 0).toArray();
        int[] strides = Strides.of(x.shape());
        long[] y = new long[x.rank() * found.length];
        for (int axis = 0; axis < x.rank(); axis++) {
            for (int i = 0; i < found.length; i++) {
                y[axis * found.length + i] = found[i] / strides[axis] % x.extent(axis);
            }
        }
        return List.of(Literal.of(y, x.rank(), found.length));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.NON_ZERO);
    }

    static List<OpCase> cases() {
        return List.of(OpCase.of(
                new NonZero(Dim.learnt("count", 12)), OpCase.in(ValueType.of(DType.I64, 3, 4), 0, 2)));
    }
}
