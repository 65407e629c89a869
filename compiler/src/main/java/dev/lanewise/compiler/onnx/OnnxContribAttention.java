package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's Attention: one product projects the input {@code [B, T, hidden]} to q, k and v, then
 * attention with a cache {@code past [2, B, heads, P, d]} of keys and values. Computed in f32.
 */
final class OnnxContribAttention {

    private static final int MASK = 3;
    private static final int PAST = 4;
    private static final int BIAS = 5;
    private static final int SHARED_LENGTH = 6;

    private OnnxContribAttention() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:Attention", OnnxContribAttention::attention);
    }

    private static void attention(OnnxNode node) {
        Formula f = new Formula(node);
        AttentionParts parts = new AttentionParts(f);
        long heads = node.integer("num_heads", 0);
        if (node.flag("do_rotary", false)) {
            throw node.unsupported("attribute 'do_rotary'");
        }
        if (node.flag("past_present_share_buffer", false) || node.has(SHARED_LENGTH)) {
            throw node.unsupported("a past that shares memory with the present");
        }
        node.ignore("rotary_embedding_dim");
        Value x = f.cast(node.in(0), DType.F32);
        Value projected = OnnxProducts.matMul(node, x, f.cast(node.in(1), DType.F32));
        if (node.has(2)) {
            projected = f.plus(projected, f.cast(node.in(2), DType.F32));
        }
        long[] sizes = sizes(node, projected);
        Value q = parts.splitHeads(part(node, projected, 0, sizes[0]), heads);
        Value k = parts.splitHeads(part(node, projected, sizes[0], sizes[1]), heads);
        Value v = parts.splitHeads(part(node, projected, sizes[0] + sizes[1], sizes[2]), heads);
        Dim past = Dim.ZERO;
        if (node.has(PAST) || node.wants(1)) {
            // the cache is one tensor, keys then values
            Value now = node.add(new Concat(0), cached(parts, k), cached(parts, v));
            if (node.has(PAST)) {
                Value before = f.cast(node.in(PAST), DType.F32);
                past = before.dim(3);
                now = node.add(new Concat(3), before, now);
            }
            k = parts.swapHeads(half(f, now, 0));
            v = parts.swapHeads(half(f, now, 1));
            projected = now;
        }
        boolean causal = node.flag("unidirectional", false);
        float scale = node.number("scale", 0);
        float usual = (float) (1 / Math.sqrt(q.dim(3).constant()));
        Value bias = bias(parts, node, k.dim(1));
        Attention op = new Attention(causal, causal ? past : Dim.ZERO, scale == 0 ? usual : scale, 0);
        Value y = parts.joinHeads(node.add(op, q, k, v, bias));
        DType type = node.in(0).type().type();
        node.out(f.cast(y, type));
        node.out(node.wants(1) ? f.cast(projected, type) : null);
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
            throw node.misfit("qkv_hidden_sizes " + java.util.Arrays.toString(sizes) + " of " + projected.type());
        }
        return sizes;
    }

    private static Value part(OnnxNode node, Value projected, long from, long size) {
        return node.add(Slice.along(2, Dim.of(from), Dim.of(size), projected.shape()), projected);
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

    private static Value bias(AttentionParts parts, OnnxNode node, Dim keys) {
        Formula f = parts.f();
        float masked = node.number("mask_filter_value", -10_000);
        Value bias = node.has(BIAS) ? parts.fit(f.cast(node.in(BIAS), DType.F32), keys) : null;
        if (!node.has(MASK)) {
            return bias;
        }
        Value mask = node.in(MASK);
        if (mask.rank() == 1) {
            if (!mask.dim(0).equals(node.in(0).dim(0))) {
                throw node.unsupported("a mask of start and end positions");
            }
            return parts.sum(bias, parts.lengthBias(mask, keys, masked));
        }
        Value added = parts.biasOf(f.apply(BinaryFn.GREATER, mask, 0), masked);
        // [B, S], [B, T, S] or [B, 1, T, S]
        List<Dim> shape = switch (mask.rank()) {
            case 2 -> List.of(mask.dim(0), Dim.ONE, Dim.ONE, mask.dim(1));
            case 3 -> List.of(mask.dim(0), Dim.ONE, mask.dim(1), mask.dim(2));
            case 4 -> mask.shape();
            default -> throw node.misfit("a mask of " + mask.type());
        };
        return parts.sum(bias, f.reshape(added, shape));
    }
}
