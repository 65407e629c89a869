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

/** Axes in another order: axis {@code i} of the result is axis {@code permutation[i]} of the input. */
public record Transpose(List<Integer> permutation) implements Op {

    public Transpose {
        permutation = List.copyOf(permutation);
    }

    public static Transpose of(int... permutation) {
        List<Integer> list = new ArrayList<>();
        for (int axis : permutation) {
            list.add(axis);
        }
        return new Transpose(list);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, permutation.size());
        if (permutation.stream().sorted().distinct().count() != permutation.size()
                || permutation.stream().anyMatch(axis -> axis < 0 || axis >= permutation.size())) {
            throw in.fail(permutation + " is no permutation of the axes of " + in.type(0));
        }
        return List.of(new ValueType(in.dtype(0), permutation.stream().map(axis -> in.dim(0, axis)).toList()));
    }

    @Override
    public boolean onlyMoves() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int rank = x.rank();
        int[] shape = new int[rank];
        int[] strides = new int[rank];
        int[] source = Strides.of(x.shape());
        for (int axis = 0; axis < rank; axis++) {
            shape[axis] = x.extent(permutation.get(axis));
            strides[axis] = source[permutation.get(axis)];
        }
        return List.of(x.select(i -> Strides.index(i, shape, strides), shape));
    }

    @Override
    public void gradient(Gradient g) {
        int[] inverse = new int[permutation.size()];
        for (int axis = 0; axis < inverse.length; axis++) {
            inverse[permutation.get(axis)] = axis;
        }
        g.give(0, g.add(of(inverse), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        if (movesOnlyUnits(lowering.inputValue(0).shape())) {
            lowering.view(lowering.in(0), lowering.out(0));
        } else {
            lowering.step(StepKind.TRANSPOSE).ints(permutation);
        }
    }

    /** Whether the axes longer than 1 keep their order, so that no element moves. */
    public boolean movesOnlyUnits(List<Dim> shape) {
        int last = -1;
        for (int axis : permutation) {
            if (!shape.get(axis).is(1)) {
                if (axis < last) {
                    return false;
                }
                last = axis;
            }
        }
        return true;
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(Transpose.of(1, 0), OpCase.in(5, 7)),
                OpCase.of(Transpose.of(0, 2, 1), OpCase.in(3, 4, 17)),
                OpCase.of(Transpose.of(2, 1, 0, 3), OpCase.in(2, 3, 4, 5)),
                OpCase.of(Transpose.of(0, 2, 1), OpCase.in(3, 1, 4)));
    }
}
