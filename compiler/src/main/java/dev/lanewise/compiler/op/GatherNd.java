package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Slices by index tuples: x [batch..., n1, ..., nr, inner...], indices [batch..., i..., r] gives y
 * [batch..., i..., inner...].
 *
 * @param batch leading axes that x and indices share
 */
public record GatherNd(int batch) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        Indices.require(in, 1);
        int depth = depth(in, batch);
        for (int axis = 0; axis < batch; axis++) {
            in.requireEqual(in.dim(1, axis), in.dim(0, axis), "batch extent " + axis + " of the indices");
        }
        List<Dim> shape = new ArrayList<>(in.shape(1).subList(0, in.rank(1) - 1));
        shape.addAll(in.shape(0).subList(batch + depth, in.rank(0)));
        return List.of(new ValueType(in.dtype(0), shape));
    }

    /** Length of the index tuples, the last extent of input 1. */
    static int depth(Signature in, int batch) {
        int rank = in.rank(1);
        if (rank < 1 || batch < 0 || batch >= rank || batch > in.rank(0)) {
            throw in.fail("indices " + in.type(1) + " for " + in.type(0) + " with " + batch + " batch axes");
        }
        Dim last = in.dim(1, rank - 1);
        if (!last.isConstant() || last.constant() > in.rank(0) - batch) {
            throw in.fail("index tuples of length " + last + " for " + in.type(0));
        }
        return (int) last.constant();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal indices = in.in(1);
        int depth = indices.extent(indices.rank() - 1);
        int tuplesPerBatch = 1;
        for (int axis = batch; axis < indices.rank() - 1; axis++) {
            tuplesPerBatch *= indices.extent(axis);
        }
        int perBatch = tuplesPerBatch;
        int[] shape = new int[indices.rank() - 1 + x.rank() - batch - depth];
        System.arraycopy(indices.shape(), 0, shape, 0, indices.rank() - 1);
        System.arraycopy(x.shape(), batch + depth, shape, indices.rank() - 1, x.rank() - batch - depth);
        int width = width(x.shape(), batch + depth);
        return List.of(x.select(
                i -> slice(x.shape(), indices, i / width, batch, i / width / perBatch, depth) * width + i % width,
                shape));
    }

    /** Elements of the axes from {@code axis} on. */
    static int width(int[] shape, int axis) {
        int width = 1;
        for (int a = axis; a < shape.length; a++) {
            width *= shape[a];
        }
        return width;
    }

    /** Number of the slice that an index tuple names, slices counted through all batches. */
    static int slice(int[] shape, Literal indices, int tuple, int batch, int inBatch, int depth) {
        int slice = inBatch;
        for (int d = 0; d < depth; d++) {
            int n = shape[batch + d];
            slice = slice * n + Indices.positive(indices.longAt(tuple * depth + d), n);
        }
        return slice;
    }

    @Override
    public void gradient(Gradient g) {
        if (batch != 0) {
            throw g.unsupported("with batch axes");
        }
        g.give(0, g.add(new ScatterNd(ScatterReduction.ADD), g.zeros(g.in(0).type()), g.in(1), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.GATHER_ND).ints(batch);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new GatherNd(0), OpCase.in(4, 3), OpCase.in(ValueType.of(DType.I64, 5, 1), -4, 4)),
                OpCase.of(new GatherNd(0), OpCase.in(3, 3), OpCase.in(ValueType.of(DType.I64, 2, 2, 2), 0, 3)),
                OpCase.of(new GatherNd(1), OpCase.in(2, 5, 3), OpCase.in(ValueType.of(DType.I64, 2, 4, 1), 0, 5)));
    }
}
