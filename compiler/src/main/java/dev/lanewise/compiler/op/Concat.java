package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/** Tensors one after another along {@code axis}. */
public record Concat(int axis) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        List<Dim> shape = new ArrayList<>(in.shape(0));
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
        int[] shape = in.in(0).shape();
        shape[axis] = 0;
        for (int i = 0; i < in.count(); i++) {
            shape[axis] += in.in(i).extent(axis);
        }
        // one literal, whose elements are those of all inputs one after another, then moved in place
        boolean floating = in.in(0).type().isFloating();
        double[] doubles = new double[floating ? Literal.size(shape) : 0];
        long[] longs = new long[floating ? 0 : Literal.size(shape)];
        int inner = 1;
        for (int a = axis + 1; a < shape.length; a++) {
            inner *= shape[a];
        }
        int row = shape[axis] * inner;
        int at = 0;
        for (int i = 0; i < in.count(); i++) {
            Literal x = in.in(i);
            int length = x.extent(axis) * inner;
            for (int e = 0; e < x.size(); e++) {
                int target = e / length * row + at + e % length;
                if (floating) {
                    doubles[target] = x.doubleAt(e);
                } else {
                    longs[target] = x.longAt(e);
                }
            }
            at += length;
        }
        return List.of(floating
                ? Literal.of(in.in(0).type(), doubles, shape)
                : Literal.of(in.in(0).type(), longs, shape));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.CONCAT).ints(axis);
    }
}
