package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.List;
import java.util.Map;

/** Normalisations of com.microsoft, with the sums that ONNX Runtime fuses into them. Computed in f32. */
final class OnnxContribNorms {

    private OnnxContribNorms() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:SkipLayerNormalization", node -> skip(node, true));
        ops.put("com.microsoft:SkipSimplifiedLayerNormalization", node -> skip(node, false));
        ops.put("com.microsoft:SimplifiedLayerNormalization", OnnxContribNorms::simplified);
        ops.put(":SimplifiedLayerNormalization", OnnxContribNorms::simplified);
        ops.put("com.microsoft:EmbedLayerNormalization", OnnxContribNorms::embed);
    }

    /** Normalises the sum of input, skip and bias over the last axis; the sum itself is output 3. */
    private static void skip(OnnxNode node, boolean centred) {
        Formula f = new Formula(node);
        Value sum = f.plus(f.cast(node.in(0), DType.F32), f.cast(node.in(1), DType.F32));
        Value gamma = f.cast(node.in(2), DType.F32);
        int bias = centred ? 4 : 3;
        if (node.has(bias)) {
            sum = f.plus(sum, f.cast(node.in(bias), DType.F32));
        }
        int last = sum.rank() - 1;
        float epsilon = node.number("epsilon", centred ? 1e-12f : 1e-6f);
        Value beta = centred && node.has(3) ? f.cast(node.in(3), DType.F32) : null;
        DType type = node.in(0).type().type();
        Value y = centred
                ? node.add(new LayerNorm(last, epsilon, false), sum, gamma, beta)
                : node.add(new RmsNorm(last, epsilon), sum, gamma);
        node.out(f.cast(y, type));
        node.out((Value) null); // mean and deviation, which ONNX Runtime does not compute either
        node.out((Value) null);
        node.out(f.cast(sum, type));
    }

    private static void simplified(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = f.cast(node.in(0), DType.F32);
        int axis = OnnxMovement.axis(node, node.integer("axis", -1), x.rank());
        node.ignore("stash_type"); // never less than f32
        Value y = node.add(new RmsNorm(axis, node.number("epsilon", 1e-5f)), x, f.cast(node.in(1), DType.F32));
        node.out(f.cast(y, node.in(0).type().type()));
    }

    /** The normalised sum of the embeddings of words, positions and segments. */
    private static void embed(OnnxNode node) {
        Formula f = new Formula(node);
        Value ids = node.in(0);
        if (ids.rank() != 2) {
            throw node.misfit("input_ids are " + ids.type() + "; expected [batch, sequence]");
        }
        Value positions = node.in(3);
        Value sum = node.add(new Gather(0), node.in(2), ids);
        Value position = node.has(8)
                ? node.add(new Gather(0), positions, node.in(8))
                : node.add(Slice.along(0, Dim.ZERO, ids.dim(1), positions.shape()), positions);
        sum = f.plus(sum, position);
        if (node.has(1) && node.has(4)) {
            sum = f.plus(sum, node.add(new Gather(0), node.in(4), node.in(1)));
        }
        Value wide = f.cast(sum, DType.F32);
        Value y = node.add(
                new LayerNorm(2, node.number("epsilon", 1e-12f), false), wide, f.cast(node.in(5), DType.F32),
                f.cast(node.in(6), DType.F32));
        node.ignore("mask_index_type"); // about the type that output 1 is said to have
        node.out(f.cast(y, sum.type().type()));
        node.out(node.wants(1) ? maskIndex(f, ids) : null);
        node.out(sum);
    }

    /** How many ones the mask of each row has; 0 where there is no mask. */
    private static Value maskIndex(Formula f, Value ids) {
        OnnxNode node = f.node();
        if (node.has(7)) {
            Value ones = f.cast(f.apply(BinaryFn.EQUAL, node.in(7), 1), DType.I32);
            return f.reduce(ReduceFn.SUM, ones, List.of(1), false);
        }
        Value zero = node.constant(Literal.splat(DType.I32, 0, 1));
        return node.add(new Expand(List.of(ids.dim(0))), zero);
    }
}
