package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Slices by index: x [outer..., n, inner...], indices [i...] gives y [outer..., i..., inner...], such as
 * rows of an embedding. Indices below zero count from the end.
 */
public record Gather(int axis) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 1);
        int at = in.axis(axis, in.rank(0));
        if (in.rank(0) == 0) {
            throw in.fail("input 0 is a scalar; there is nothing to choose from");
        }
        Indices.requireInside(in, 1, in.dim(0, at));
        List<Dim> shape = new ArrayList<>(in.shape(0).subList(0, at));
        shape.addAll(in.shape(1));
        shape.addAll(in.shape(0).subList(at + 1, in.rank(0)));
        return List.of(new ValueType(in.dtype(0), shape));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> x = in.value(0).contents();
        List<Dim> indices = in.value(1).contents();
        if (x == null || indices == null || in.rank(0) != 1 || in.rank(1) > 1) {
            return null;
        }
        List<Dim> chosen = new ArrayList<>();
        for (Dim index : indices) {
            if (!index.isConstant()) {
                return null;
            }
            chosen.add(x.get(Indices.positive(index.constant(), x.size())));
        }
        return Collections.singletonList(chosen);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal indices = in.in(1);
        int[] from = x.shape();
        int[] shape = new int[from.length - 1 + indices.rank()];
        System.arraycopy(from, 0, shape, 0, axis);
        System.arraycopy(indices.shape(), 0, shape, axis, indices.rank());
        System.arraycopy(from, axis + 1, shape, axis + indices.rank(), from.length - axis - 1);
        int n = from[axis];
        int inner = 1;
        for (int a = axis + 1; a < from.length; a++) {
            inner *= from[a];
        }
        int width = inner;
        int count = indices.size();
        return List.of(x.select(
                i -> (i / width / count * n + Indices.positive(indices.longAt(i / width % count), n)) * width
                        + i % width,
                shape));
    }

    @Override
    public void gradient(Gradient g) {
        Value x = g.in(0);
        int last = g.in(1).rank();
        List<Dim> tuples = new ArrayList<>(g.in(1).shape());
        tuples.add(Dim.ONE);
        // the axis chosen from comes first, and goes back to its place
        List<Integer> toFront = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        for (int i = 0; i < last; i++) {
            toFront.add(axis + i);
        }
        for (int i = 0; i < g.of().rank(); i++) {
            if (i < axis || i >= axis + last) {
                toFront.add(i);
            }
        }
        List<Dim> front = new ArrayList<>(x.shape());
        front.add(0, front.remove(axis));
        for (int i = 0; i < x.rank(); i++) {
            back.add(i < axis ? i + 1 : i == axis ? 0 : i);
        }
        Value updates = axis == 0 ? g.of() : g.add(new Transpose(toFront), g.of());
        Value sums = g.add(
                new ScatterNd(ScatterReduction.ADD), g.zeros(new ValueType(x.type().type(), front)),
                g.reshape(g.in(1), tuples), updates);
        g.give(0, axis == 0 ? sums : g.add(new Transpose(back), sums));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.GATHER).ints(axis);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Gather(0), OpCase.in(5, 3), index(5, 4)),
                OpCase.of(new Gather(1), OpCase.in(2, 5, 3), index(5, 2, 2)),
                OpCase.of(new Gather(-1 + 2), OpCase.in(4, 7), index(7)),
                OpCase.of(new Gather(0), OpCase.weights(9, 16), index(9, 3)));
    }

    private static OpCase.Input index(int n, long... shape) {
        return OpCase.in(ValueType.of(DType.I64, shape), -n, n);
    }
}
