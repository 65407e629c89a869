package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * ONNX's Attention, opset 23 on: heads as an axis or within the last one, a cache of keys and values,
 * masks, and on demand the scores. Computed in f32.
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
        if (node.integer("left_window_size", -1) >= 0 || node.integer("right_window_size", -1) >= 0) {
            throw node.unsupported("sliding windows");
        }
        Value q = byTime(parts, f.cast(node.in(0), DType.F32), heads, joined);
        Cache keys = Cache.extend(parts, node, 1, PAST_KEY, kvHeads, joined);
        Cache values = Cache.extend(parts, node, 2, PAST_VALUE, kvHeads, joined);
        if (!q.dim(3).isConstant()) {
            throw node.unsupported("a head size that is not fixed: " + q.dim(3));
        }
        float scale = node.number("scale", (float) (1 / Math.sqrt(q.dim(3).constant())));
        float softcap = node.number("softcap", 0);
        boolean causal = node.flag("is_causal", false);
        Value bias = bias(parts, node, q.dim(1), keys.all.dim(1), causal);
        boolean fusedCausal = causal && !node.has(LENGTHS);
        Attention op = fusedCausal
                ? new Attention(true, keys.past, scale, softcap)
                : Attention.open(scale, softcap);
        Value y = node.add(op, q, keys.all, values.all, bias);
        node.out(f.cast(joined ? parts.joinHeads(y) : parts.swapHeads(y), type));
        node.out(node.wants(1) ? f.cast(keys.present, type) : null);
        node.out(node.wants(2) ? f.cast(values.present, type) : null);
        long mode = node.integer("qk_matmul_output_mode", 0);
        if (node.wants(3)) {
            Value whole = bias;
            if (fusedCausal) {
                Value offset = node.add(new Extents(List.of(keys.past), true));
                whole = parts.sum(bias, parts.causalBias(q.dim(1), keys.all.dim(1), offset));
            }
            node.out(f.cast(scores(parts, q, keys.all, scale, softcap, whole, mode), type));
        }
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
            Value x = parts.f().cast(node.in(input), DType.F32);
            if (!node.has(past)) {
                Value all = byTime(parts, x, heads, joined);
                return new Cache(all, joined ? parts.swapHeads(all) : x, Dim.ZERO);
            }
            Value before = parts.f().cast(node.in(past), DType.F32);
            Value now = joined ? parts.swapHeads(parts.splitHeads(x, heads)) : x;
            Value present = node.add(new Concat(2), before, now);
            return new Cache(parts.swapHeads(present), present, before.dim(2));
        }
    }

    /** What is added to the scores, but for what a fused causal mask does; {@code null} for nothing. */
    private static Value bias(AttentionParts parts, OnnxNode node, Dim queries, Dim keys, boolean causal) {
        Formula f = parts.f();
        Value bias = null;
        if (node.has(MASK)) {
            Value mask = node.in(MASK);
            Value added = mask.type().type() == DType.BOOL ? parts.biasOf(mask, AttentionParts.MASKED) : f.cast(mask,
                    DType.F32);
            bias = parts.fit(added, keys);
        }
        if (node.has(LENGTHS)) {
            Value lengths = f.cast(node.in(LENGTHS), DType.I64);
            bias = parts.sum(bias, parts.lengthBias(lengths, keys, AttentionParts.MASKED));
            if (causal) {
                Value perBatch = f.reshape(lengths, List.of(lengths.dim(0), Dim.ONE, Dim.ONE, Dim.ONE));
                Value offset = f.minus(perBatch, node.add(new Extents(List.of(queries), true)));
                bias = parts.sum(bias, parts.causalBias(queries, keys, offset));
            }
        }
        return bias;
    }

    /**
     * The scores [B, heads, T, S] at one stage.
     *
     * @param mode 0 products, 1 capped, 2 with bias, 3 softmax
     */
    private static Value scores(
            AttentionParts parts, Value q, Value k, float scale, float softcap, Value bias, long mode) {
        Formula f = parts.f();
        OnnxNode node = f.node();
        Dim kvHeads = k.dim(2);
        Dim shared = q.dim(2).floorDiv(kvHeads);
        Value perHead = parts.swapHeads(q);
        // heads of q that share a head of k, one after another
        Value grouped = f.reshape(perHead, List.of(q.dim(0), kvHeads, shared, q.dim(1), q.dim(3)));
        Value keys = f.reshape(parts.swapHeads(k), List.of(k.dim(0), kvHeads, Dim.ONE, k.dim(1), k.dim(3)));
        Value products = OnnxProducts.scaled(f, node.add(new MatMul(true, Epilogue.NONE), grouped, keys), scale);
        Value s = f.reshape(products, List.of(q.dim(0), q.dim(2), q.dim(1), k.dim(1)));
        if (mode >= 1 && softcap != 0) {
            s = f.apply(BinaryFn.MUL, f.apply(UnaryFn.TANH, f.apply(BinaryFn.DIV, s, softcap)), softcap);
        }
        if (mode >= 2 && bias != null) {
            s = f.plus(s, bias);
        }
        if (mode < 3) {
            return s;
        }
        Value softmax = node.add(new Softmax(false), s);
        if (bias == null) {
            return softmax;
        }
        Value visible = f.reduce(ReduceFn.MAX, bias, List.of(3), true);
        return f.where(f.apply(BinaryFn.EQUAL, visible, AttentionParts.MASKED), f.number(0, DType.F32), softmax);
    }
}
