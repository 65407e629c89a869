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
import java.util.List;

/**
 * Elements by an index each: {@code y[i, j, k] = x[i, indices[i, j, k], k]} for axis 1, y of the indices'
 * shape, which may be smaller than x along the other axes.
 */
public record GatherElements(int axis) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 1);
        in.requireRank(1, in.rank(0));
        int at = in.axis(axis, in.rank(0));
        Indices.requireInside(in, 1, in.dim(0, at));
        for (int a = 0; a < in.rank(0); a++) {
            if (a != at && in.dim(1, a).min() > in.dim(0, a).max()) {
                throw in.fail("indices " + in.type(1) + " reach beyond " + in.type(0));
            }
        }
        return List.of(new ValueType(in.dtype(0), in.shape(1)));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal indices = in.in(1);
        return List.of(x.select(i -> address(x.shape(), indices, i, axis), indices.shape()));
    }

    /** Where element {@code i} of the indices points to in a tensor of {@code shape}. */
    static int address(int[] shape, Literal indices, int i, int axis) {
        int address = 0;
        int stride = 1;
        int rest = i;
        for (int a = shape.length - 1; a >= 0; a--) {
            int at = rest % indices.extent(a);
            rest /= indices.extent(a);
            address += stride * (a == axis ? Indices.positive(indices.longAt(i), shape[a]) : at);
            stride *= shape[a];
        }
        return address;
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.add(
                new ScatterElements(axis, ScatterReduction.ADD), g.zeros(g.in(0).type()), g.in(1), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.GATHER_ELEMENTS).ints(axis);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new GatherElements(1), OpCase.in(3, 5), OpCase.in(ValueType.of(DType.I64, 3, 2), -5, 5)),
                OpCase.of(new GatherElements(0), OpCase.in(4, 3, 2), OpCase.in(ValueType.of(DType.I32, 6, 3, 1), 0,
                        4)));
    }
}
