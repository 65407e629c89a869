package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Map;

/**
 * ONNX's Attention, opset 23 on: heads as an axis or within the last one, a cache of keys and values,
 * masks, and on demand the scores. f64 is computed in f64, all other types in f32.
 */
final class OnnxAttention {

    private static final int MASK = 3;
    private static final int PAST_KEY = 4;
    private static final int PAST_VALUE = 5;
    private static final int LENGTHS = 6;

    private OnnxAttention() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Attention", OnnxAttention::attention);
    }

    private static void attention(OnnxNode node) {
        Formula f = new Formula(node);
        AttentionParts parts = new AttentionParts(f);
        DType type = node.in(0).type().type();
        boolean joined = node.in(0).rank() == 3;
        long heads = node.integer("q_num_heads", 0);
        long kvHeads = node.integer("kv_num_heads", heads);
        node.ignore("softmax_precision"); // never less than f32
        Value q = byTime(parts, f.cast(node.in(0), arithmetic(node)), heads, joined);
        Cache keys = Cache.extend(parts, node, 1, PAST_KEY, kvHeads, joined);
        Cache values = Cache.extend(parts, node, 2, PAST_VALUE, kvHeads, joined);
        if (!q.dim(3).isConstant()) {
            throw node.unsupported("a head size that is not fixed: " + q.dim(3));
        }
        float scale = node.number("scale", (float) (1 / Math.sqrt(q.dim(3).constant())));
        float softcap = node.number("softcap", 0);
        boolean causal = node.flag("is_causal", false);
        Value bias = bias(parts, node, q.dim(1), keys, causal);
        boolean fusedCausal = causal && !node.has(LENGTHS);
        Value whole = bias;
        if (fusedCausal && (node.wants(3) || arithmetic(node) == DType.F64)) {
            Value first = firstPosition(parts, node, q.dim(1), keys);
            whole = parts.sum(bias, parts.causalBias(q.dim(1), keys.all.dim(1), first, AttentionParts.MASKED));
        }
        Value y;
        if (arithmetic(node) == DType.F32) {
            Attention op = fusedCausal
                    ? new Attention(true, keys.past, scale, softcap)
                    : Attention.open(scale, softcap);
            y = node.add(op, q, keys.all, values.all, bias);
        } else { // the operation is of f32
            Value weights = AttentionScores.at(
                    AttentionScores.Stage.SOFTMAX, parts, q, keys.all, scale, softcap, whole);
            y = AttentionScores.weighed(parts, weights, values.all);
        }
        node.out(f.cast(joined ? parts.joinHeads(y) : parts.swapHeads(y), type));
        node.out(node.wants(1) ? f.cast(keys.present, type) : null);
        node.out(node.wants(2) ? f.cast(values.present, type) : null);
        AttentionScores.Stage stage = stage(node);
        if (node.wants(3)) {
            node.out(f.cast(AttentionScores.at(stage, parts, q, keys.all, scale, softcap, whole), type));
        }
    }

    /**
     * The scores are capped before they are masked, and stages are numbered in that order. ONNX 1.18 to 1.21
     * had both the other way round in the same versions of the operator; that has been declared a mistake,
     * since a capped mask lets masked keys through.
     */
    private static AttentionScores.Stage stage(OnnxNode node) {
        long mode = node.integer("qk_matmul_output_mode", 0);
        if (mode < 0 || mode >= AttentionScores.Stage.values().length) {
            throw node.misfit("attribute 'qk_matmul_output_mode' is " + mode + "; expected 0 to 3");
        }
        return AttentionScores.Stage.values()[(int) mode];
    }

    /** Types of 16 bits are computed in f32. */
    private static DType arithmetic(OnnxNode node) {
        return node.in(0).type().type() == DType.F64 ? DType.F64 : DType.F32;
    }

    private static Value byTime(AttentionParts parts, Value x, long heads, boolean joined) {
        if (joined) {
            return parts.splitHeads(x, heads);
        }
        if (x.rank() != 4) {
            throw parts.f().node().misfit("an operand of " + x.type() + "; expected rank 3 or 4");
        }
        return parts.swapHeads(x);
    }

    /**
     * Keys or values, with those of the past.
     *
     * @param all [B, S, heads, d]
     * @param present [B, heads, S, d], as the next call gets it
     * @param past how many are of the past
     */
    private record Cache(Value all, Value present, Dim past) {

        static Cache extend(AttentionParts parts, OnnxNode node, int input, int past, long heads, boolean joined) {
            Value x = parts.f().cast(node.in(input), arithmetic(node));
            if (!node.has(past)) {
                Value all = byTime(parts, x, heads, joined);
                return new Cache(all, joined ? parts.swapHeads(all) : x, Dim.ZERO);
            }
            Value before = parts.f().cast(node.in(past), arithmetic(node));
            Value now = joined ? parts.swapHeads(parts.splitHeads(x, heads)) : x;
            Value present = node.add(new Concat(2), before, now);
            return new Cache(parts.swapHeads(present), present, before.dim(2));
        }
    }

    /** What is added to the scores, but for what a fused causal mask does; {@code null} for nothing. */
    private static Value bias(AttentionParts parts, OnnxNode node, Dim queries, Cache cache, boolean causal) {
        Formula f = parts.f();
        Dim keys = cache.all.dim(1);
        Value bias = null;
        if (node.has(MASK)) {
            Value mask = node.in(MASK);
            Value added = mask.type().type() == DType.BOOL
                    ? parts.biasOf(mask, AttentionParts.MASKED)
                    : f.cast(mask, arithmetic(node));
            bias = parts.fit(added, keys);
        }
        if (node.has(LENGTHS)) {
            Value lengths = f.cast(node.in(LENGTHS), DType.I64);
            bias = parts.sum(bias, parts.lengthBias(lengths, keys, AttentionParts.MASKED));
            if (causal) {
                Value first = firstPosition(parts, node, queries, cache);
                bias = parts.sum(bias, parts.causalBias(queries, keys, first, AttentionParts.MASKED));
            }
        }
        long left = window(node, "left_window_size");
        if (left >= 0) {
            Value first = f.apply(BinaryFn.ADD, firstPosition(parts, node, queries, cache), -left);
            bias = parts.sum(bias, parts.earliestBias(queries, keys, first, AttentionParts.MASKED));
        }
        long right = window(node, "right_window_size");
        if (right >= 0) {
            Value last = f.apply(BinaryFn.ADD, firstPosition(parts, node, queries, cache), right);
            bias = parts.sum(bias, parts.causalBias(queries, keys, last, AttentionParts.MASKED));
        }
        return bias;
    }

    /** How many keys a query sees on one side of its own position; -1 for all. */
    private static long window(OnnxNode node, String side) {
        long size = node.integer(side, -1);
        if (size < -1 || size > Integer.MAX_VALUE) {
            throw node.misfit("attribute '" + side + "' is " + size + "; expected -1 or more");
        }
        return size;
    }

    /** How many keys lie before the first query: an i64 scalar or {@code [B, 1, 1, 1]}. */
    private static Value firstPosition(AttentionParts parts, OnnxNode node, Dim queries, Cache cache) {
        if (!node.has(LENGTHS)) {
            return node.add(new Extents(List.of(cache.past), true));
        }
        Value lengths = parts.f().cast(node.in(LENGTHS), DType.I64);
        return parts.f().minus(parts.perBatch(lengths), node.add(new Extents(List.of(queries), true)));
    }
}
