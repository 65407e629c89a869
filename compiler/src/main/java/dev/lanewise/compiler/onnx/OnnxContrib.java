package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/** Operators of com.microsoft that ONNX Runtime's optimisers leave in transformers. Computed in f32. */
final class OnnxContrib {

    private static final String DOMAIN = "com.microsoft:";

    private OnnxContrib() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(DOMAIN + "Gelu", node -> biased(node, UnaryFn.GELU, 0));
        ops.put(DOMAIN + "BiasGelu", node -> biased(node, UnaryFn.GELU, 0));
        ops.put(DOMAIN + "FastGelu", node -> biased(node, UnaryFn.GELU_TANH, 0));
        ops.put(DOMAIN + "QuickGelu", node -> biased(node, UnaryFn.SWISH, node.number("alpha", 1.702f)));
        ops.put(DOMAIN + "SkipLayerNormalization", node -> skip(node, true));
        ops.put(DOMAIN + "SkipSimplifiedLayerNormalization", node -> skip(node, false));
        ops.put(DOMAIN + "SimplifiedLayerNormalization", OnnxContrib::simplified);
        ops.put(":SimplifiedLayerNormalization", OnnxContrib::simplified);
        ops.put(DOMAIN + "EmbedLayerNormalization", OnnxContrib::embed);
        ops.put(DOMAIN + "MatMulIntegerToFloat", OnnxContrib::integerProduct);
    }

    /** {@code fn(x + bias)}. */
    private static void biased(OnnxNode node, UnaryFn fn, float alpha) {
        Formula f = new Formula(node);
        Value x = f.wide(node.in(0));
        Value sum = node.has(1) ? f.plus(x, f.wide(node.in(1))) : x;
        node.out(f.cast(node.add(new Unary(fn, alpha, 0), sum), node.in(0).type().type()));
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
        if (node.integer("mask_index_type", 0) != 0) {
            throw node.unsupported("attribute 'mask_index_type' other than 0");
        }
        node.out(f.cast(y, sum.type().type()));
        node.out(node.wants(1) ? maskIndex(f, ids) : null);
        node.out(sum);
    }

    /** How many tokens of each row are not masked; 0 where nothing says so. */
    private static Value maskIndex(Formula f, Value ids) {
        OnnxNode node = f.node();
        if (node.has(7)) {
            return f.reduce(ReduceFn.SUM, node.in(7), List.of(1), false);
        }
        Value zero = node.constant(Literal.splat(DType.I32, 0, 1));
        return node.add(new dev.lanewise.compiler.op.Expand(List.of(ids.dim(0))), zero);
    }

    /** {@code (A − a0) · (B − b0) · aScale · bScale + bias}. */
    private static void integerProduct(OnnxNode node) {
        Formula f = new Formula(node);
        Value a = f.cast(node.in(0), DType.I32);
        Value b = f.cast(node.in(1), DType.I32);
        if (node.has(4)) {
            a = f.minus(a, f.reshape(f.cast(node.in(4), DType.I32), List.of()));
        }
        if (node.has(5)) {
            b = f.minus(b, f.cast(node.in(5), DType.I32));
        }
        Value product = f.cast(OnnxProducts.matMul(node, a, b), DType.F32);
        Value y = f.times(f.times(product, f.reshape(f.cast(node.in(2), DType.F32), List.of())), f.cast(node.in(3),
                DType.F32));
        node.out(node.has(6) ? f.plus(y, f.cast(node.in(6), DType.F32)) : y);
    }
}
