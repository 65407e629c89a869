package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's Attention, and QAttention of quantised operands: one product projects the input
 * {@code [B, T, hidden]} to q, k and v, then attention with a cache {@code past [2, B, heads, P, d]} of
 * keys and values. Computed in f32.
 */
final class OnnxContribAttention {

    private static final int SHARED_LENGTH = 6;

    private OnnxContribAttention() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:Attention", OnnxContribAttention::floating);
        ops.put("com.microsoft:QAttention", OnnxContribAttention::quantised);
    }

    private static void floating(OnnxNode node) {
        Formula f = new Formula(node);
        if (node.has(SHARED_LENGTH)) {
            throw node.unsupported("a past that shares memory with the present");
        }
        Value x = f.cast(node.in(0), DType.F32);
        Value projected = OnnxProducts.matMul(node, x, f.cast(node.in(1), DType.F32));
        if (node.has(2)) {
            projected = f.plus(projected, f.cast(node.in(2), DType.F32));
        }
        attend(node, projected, node.inOrNull(3), node.inOrNull(4), node.inOrNull(5), node.in(0).type().type());
    }

    /** Inputs: x, weights, bias, their scales (3, 4), mask, their zero points (6, 7), past. */
    private static void quantised(OnnxNode node) {
        Formula f = new Formula(node);
        Value product = OnnxIntegerProducts.product(
                f, node.in(0), node.in(1), node.inOrNull(6), node.inOrNull(7));
        Value scale = f.times(f.cast(node.in(3), DType.F32), f.cast(node.in(4), DType.F32));
        Value projected = f.plus(
                f.times(f.cast(product, DType.F32), scale.type().size().is(1) ? f.reshape(scale, List.of()) : scale),
                f.cast(node.in(2), DType.F32));
        attend(node, projected, node.inOrNull(5), node.inOrNull(8), null, node.in(2).type().type());
    }

    /**
     * Reads the attributes and gives the outputs.
     *
     * @param projected [B, T, q and k and v]
     * @param type of the outputs
     */
    private static void attend(OnnxNode node, Value projected, Value mask, Value past, Value added, DType type) {
        Formula f = new Formula(node);
        AttentionParts parts = new AttentionParts(f);
        long heads = node.integer("num_heads", 0);
        if (node.flag("do_rotary", false)) {
            throw node.unsupported("attribute 'do_rotary'");
        }
        if (node.flag("past_present_share_buffer", false)) {
            throw node.unsupported("a past that shares memory with the present");
        }
        node.ignore("rotary_embedding_dim");
        long[] sizes = sizes(node, projected);
        Value q = parts.splitHeads(f.part(projected, 2, 0, sizes[0]), heads);
        Value k = parts.splitHeads(f.part(projected, 2, sizes[0], sizes[1]), heads);
        Value v = parts.splitHeads(f.part(projected, 2, sizes[0] + sizes[1], sizes[2]), heads);
        Dim earlier = Dim.ZERO;
        Value present = null;
        if (past != null || node.wants(1)) {
            // the cache is one tensor, keys then values
            present = node.add(new Concat(0), cached(parts, k), cached(parts, v));
            if (past != null) {
                Value before = f.cast(past, DType.F32);
                earlier = before.dim(3);
                present = node.add(new Concat(3), before, present);
            }
            k = parts.swapHeads(half(f, present, 0));
            v = parts.swapHeads(half(f, present, 1));
        }
        boolean causal = node.flag("unidirectional", false);
        float scale = node.number("scale", 0);
        float usual = (float) (1 / Math.sqrt(q.dim(3).constant()));
        float masked = node.number("mask_filter_value", -10_000);
        Value bias = ContribMasks.bias(parts, mask, added, q.dim(0), k.dim(1), masked);
        Attention op = new Attention(causal, causal ? earlier : Dim.ZERO, scale == 0 ? usual : scale, 0);
        node.out(f.cast(parts.joinHeads(node.add(op, q, k, v, bias)), type));
        node.out(node.wants(1) ? f.cast(present, type) : null);
    }

    /** Sizes of q, k and v in the projection. */
    private static long[] sizes(OnnxNode node, Value projected) {
        long[] sizes = node.integers("qkv_hidden_sizes");
        Dim all = projected.dim(2);
        if (sizes == null) {
            if (!all.isConstant() || all.constant() % 3 != 0) {
                throw node.misfit("the projection " + projected.type() + " is not three of one size");
            }
            long third = all.constant() / 3;
            return new long[] {third, third, third};
        }
        if (sizes.length != 3 || !all.is(sizes[0] + sizes[1] + sizes[2])) {
            throw node.misfit("qkv_hidden_sizes " + Arrays.toString(sizes) + " of " + projected.type());
        }
        return sizes;
    }

    /** {@code [B, T, heads, d]} as {@code [1, B, heads, T, d]}. */
    private static Value cached(AttentionParts parts, Value x) {
        Value swapped = parts.swapHeads(x);
        return parts.f().reshape(
                swapped, List.of(Dim.ONE, swapped.dim(0), swapped.dim(1), swapped.dim(2), swapped.dim(3)));
    }

    private static Value half(Formula f, Value cache, int i) {
        Value half = f.node().add(Slice.along(0, Dim.of(i), Dim.ONE, cache.shape()), cache);
        return f.reshape(half, cache.shape().subList(1, 5));
    }
}
