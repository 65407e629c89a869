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

/** Tensors one after another along {@code axis}. */
public record Concat(int axis) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        List<Dim> shape = new ArrayList<>(in.shape(0));
        if (axis < 0 || axis >= shape.size()) {
            throw in.fail("axis " + axis + " of " + in.type(0));
        }
        for (int i = 1; i < in.count(); i++) {
            in.requireSameType(0, i);
            in.requireRank(i, shape.size());
            for (int a = 0; a < shape.size(); a++) {
                if (a == axis) {
                    shape.set(a, shape.get(a).plus(in.dim(i, a)));
                } else {
                    in.requireEqual(in.dim(i, a), shape.get(a), "extent " + a + " of input " + i);
                }
            }
        }
        return List.of(new ValueType(in.dtype(0), shape));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> all = new ArrayList<>();
        for (int i = 0; i < in.count(); i++) {
            if (in.value(i).contents() == null || in.rank(i) != 1) {
                return null;
            }
            all.addAll(in.value(i).contents());
        }
        return List.of(all);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        List<Literal> parts = new ArrayList<>();
        for (int i = 0; i < in.count(); i++) {
            parts.add(in.in(i));
        }
        return List.of(evaluate(axis, parts));
    }

    static Literal evaluate(int axis, List<Literal> parts) {
        int[] shape = parts.get(0).shape().clone();
        shape[axis] = parts.stream().mapToInt(part -> part.extent(axis)).sum();
        // one literal, whose elements are those of all parts, each moved to its place
        boolean floating = parts.get(0).type().isFloating();
        double[] doubles = new double[floating ? Literal.size(shape) : 0];
        long[] longs = new long[floating ? 0 : Literal.size(shape)];
        int inner = 1;
        for (int a = axis + 1; a < shape.length; a++) {
            inner *= shape[a];
        }
        int row = shape[axis] * inner;
        int at = 0;
        for (Literal part : parts) {
            int length = part.extent(axis) * inner;
            for (int e = 0; e < part.size(); e++) {
                int target = e / length * row + at + e % length;
                if (floating) {
                    doubles[target] = part.doubleAt(e);
                } else {
                    longs[target] = part.longAt(e);
                }
            }
            at += length;
        }
        return floating ? Literal.of(parts.get(0).type(), doubles, shape) : Literal.of(parts.get(0).type(), longs,
                shape);
    }

    @Override
    public void gradient(Gradient g) {
        Dim start = Dim.ZERO;
        for (int i = 0; i < g.node().inputs().size(); i++) {
            Dim length = g.in(i).dim(axis);
            if (g.needs(i)) {
                g.give(i, g.add(Slice.along(axis, start, length, g.of().shape()), g.of()));
            }
            start = start.plus(length);
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.CONCAT).ints(axis);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Concat(0), OpCase.in(2, 3), OpCase.in(1, 3)),
                OpCase.of(new Concat(1), OpCase.in(2, 3), OpCase.in(2, 0), OpCase.in(2, 17)),
                OpCase.of(new Concat(1), OpCase.in(2, 3, 4), OpCase.in(2, 1, 4)));
    }
}
