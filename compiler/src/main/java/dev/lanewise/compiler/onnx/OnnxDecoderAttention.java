package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's DecoderMaskedMultiHeadAttention: one query per element of the batch, which sees the keys of
 * an encoder, or those before it in a cache [B, heads, M, d] that has room for more. Computed in f32.
 */
final class OnnxDecoderAttention {

    private static final int MASK = 3;
    private static final int ADDED = 4;
    private static final int PAST_KEY = 5;
    private static final int PAST_VALUE = 6;
    private static final int PAST_LENGTH = 7;
    private static final int BEAM_WIDTH = 8;
    private static final int CACHE_INDIRECTION = 9;
    private static final int BIAS = 10;

    private OnnxDecoderAttention() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:DecoderMaskedMultiHeadAttention", OnnxDecoderAttention::convert);
    }

    private static void convert(OnnxNode node) {
        Formula f = new Formula(node);
        AttentionParts parts = new AttentionParts(f);
        if (node.has(CACHE_INDIRECTION) || node.has(BEAM_WIDTH) && node.longs(BEAM_WIDTH)[0] != 1) {
            throw node.unsupported("a cache shared by several beams");
        }
        if (!node.flag("past_present_share_buffer", false) && node.has(PAST_KEY)) {
            throw node.unsupported("a cache without room, attribute 'past_present_share_buffer' being 0");
        }
        if (!node.in(0).dim(1).is(1)) {
            throw node.misfit("queries " + node.in(0).type() + "; expected one per element of the batch");
        }
        long heads = node.integer("num_heads", 0);
        boolean packed = !node.has(1);
        Value all = f.cast(node.in(0), DType.F32);
        Value q = packed ? third(f, all, 2, 0) : all;
        q = parts.splitHeads(biased(f, q, 0), heads);
        Value k;
        Value v;
        Value length = null;
        if (node.has(PAST_KEY)) {
            length = f.cast(f.reshape(node.in(PAST_LENGTH), List.of()), DType.I64);
            Value newK = packed ? third(f, all, 2, 1) : f.cast(node.in(1), DType.F32);
            Value newV = packed ? third(f, all, 2, 2) : f.cast(node.in(2), DType.F32);
            k = written(parts, node.in(PAST_KEY), parts.splitHeads(biased(f, newK, 1), heads), length);
            v = written(parts, node.in(PAST_VALUE), parts.splitHeads(biased(f, newV, 2), heads), length);
        } else {
            k = parts.swapHeads(f.cast(node.in(1), DType.F32));
            v = parts.swapHeads(f.cast(node.in(2), DType.F32));
        }
        float masked = node.number("mask_filter_value", -10_000);
        Value bias = ContribMasks.bias(
                parts, node.inOrNull(MASK), node.inOrNull(ADDED), q.dim(0), k.dim(1), masked);
        if (length != null) {
            Value seen = f.apply(BinaryFn.LESS_OR_EQUAL, parts.positions(k.dim(1), 3), length);
            bias = parts.sum(bias, parts.biasOf(seen, AttentionParts.MASKED));
        }
        float scale = node.number("scale", 0);
        scale = scale == 0 ? (float) (1 / Math.sqrt(q.dim(3).constant())) : scale;
        DType type = node.in(0).type().type();
        node.out(f.cast(parts.joinHeads(node.add(Attention.open(scale, 0), q, k, v, bias)), type));
        node.out(length == null ? null : f.cast(parts.swapHeads(k), type));
        node.out(length == null ? null : f.cast(parts.swapHeads(v), type));
        if (node.flag("output_qk", false)) {
            throw node.unsupported("attribute 'output_qk'");
        }
    }

    private static Value third(Formula f, Value x, int axis, int i) {
        Dim whole = x.dim(axis);
        if (!whole.isConstant() || whole.constant() % 3 != 0) {
            throw f.node().misfit(x.type() + " is not three of one size");
        }
        long size = whole.constant() / 3;
        return f.part(x, axis, i * size, size);
    }

    /** With part {@code i} of the projection's bias, if there is one. */
    private static Value biased(Formula f, Value x, int i) {
        OnnxNode node = f.node();
        return node.has(BIAS) ? f.plus(x, third(f, f.cast(node.in(BIAS), DType.F32), 0, i)) : x;
    }

    /** The cache as [B, M, heads, d], with {@code now [B, 1, heads, d]} in the row behind those in use. */
    private static Value written(AttentionParts parts, Value cache, Value now, Value length) {
        Formula f = parts.f();
        Value before = parts.swapHeads(f.cast(cache, DType.F32));
        Value here = f.apply(BinaryFn.EQUAL, f.counting(before.dim(1), 1, 4), length);
        return f.where(here, now, before);
    }
}
