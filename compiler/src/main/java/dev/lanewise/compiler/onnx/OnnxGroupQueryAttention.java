package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's GroupQueryAttention, which decoders are exported with: heads of q share heads of k and v,
 * each element of the batch has a number of keys of its own (input 5 says how many less one), the rows of
 * the cache behind them are not used, and positions may be embedded by rotation. Computed in f32.
 */
final class OnnxGroupQueryAttention {

    private static final int PAST_KEY = 3;
    private static final int PAST_VALUE = 4;
    private static final int LAST_KEYS = 5;
    private static final int MOST_KEYS = 6;
    private static final int COS = 7;
    private static final int SIN = 8;
    private static final int POSITIONS = 9;
    private static final int BIAS = 10;
    private static final int SINK = 11;

    private final OnnxNode node;
    private final Formula f;
    private final AttentionParts parts;
    private final long heads;
    private final long kvHeads;
    private final Dim batch;
    private final Dim queries;
    /** How many keys of the past each element of the batch has, i64 [B, 1]; {@code null} where none has any. */
    private final Value past;

    private OnnxGroupQueryAttention(OnnxNode node) {
        this.node = node;
        f = new Formula(node);
        parts = new AttentionParts(f);
        heads = node.integer("num_heads", 0);
        kvHeads = node.integer("kv_num_heads", 0);
        batch = node.in(0).dim(0);
        queries = node.in(0).dim(1);
        past = node.has(PAST_KEY) ? past() : null;
    }

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:GroupQueryAttention", node -> new OnnxGroupQueryAttention(node).convert());
    }

    private void convert() {
        requireSupported();
        Value[] qkv = operands();
        if (node.flag("do_rotary", false)) {
            boolean interleaved = node.flag("rotary_interleaved", false);
            Value positions = positions();
            Value cos = node.add(new Gather(0), node.in(COS), positions);
            Value sin = node.add(new Gather(0), node.in(SIN), positions);
            qkv[0] = OnnxRotary.turned(f, qkv[0], cos, sin, interleaved);
            qkv[1] = OnnxRotary.turned(f, qkv[1], cos, sin, interleaved);
        } else {
            node.ignore("rotary_interleaved");
        }
        Value k = cache(qkv[1], PAST_KEY);
        Value v = cache(qkv[2], PAST_VALUE);
        DType type = node.in(0).type().type();
        Value[] attended = attend(qkv[0], k, v);
        node.out(f.cast(attended[0], type));
        node.out(node.wants(1) ? f.cast(parts.swapHeads(used(k)), type) : null);
        node.out(node.wants(2) ? f.cast(parts.swapHeads(used(v)), type) : null);
        node.out(attended[1] == null ? null : f.cast(attended[1], type));
    }

    private void requireSupported() {
        if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0) {
            throw node.misfit(heads + " heads of q cannot share " + kvHeads + " heads of k");
        }
        for (String kind : List.of("k_quant_type", "v_quant_type")) {
            node.oneOf(kind, "NONE", "NONE");
        }
        node.ignore("kv_cache_bit_width", "qk_norm_epsilon"); // of what is refused here
        if (node.flag("sliding_window_cache", false) || node.has(14) || node.has(15)) {
            throw node.unsupported("a cache as large as the window, or norms of q and k");
        }
    }

    /** q [B, T, heads, d], k and v [B, T, kvHeads, d], from three inputs or packed in one. */
    private Value[] operands() {
        Value first = f.cast(node.in(0), DType.F32);
        if (node.has(1)) {
            return new Value[] {
                parts.splitHeads(first, heads), parts.splitHeads(f.cast(node.in(1), DType.F32), kvHeads),
                parts.splitHeads(f.cast(node.in(2), DType.F32), kvHeads)
            };
        }
        Value all = parts.splitHeads(first, heads + 2 * kvHeads);
        return new Value[] {
            f.part(all, 2, 0, heads), f.part(all, 2, heads, kvHeads), f.part(all, 2, heads + kvHeads, kvHeads)
        };
    }

    /** All keys but those of this call; a first call may have less keys than queries, which then are padding. */
    private Value past() {
        Value last = f.cast(f.reshape(node.in(LAST_KEYS), List.of(batch, Dim.ONE)), DType.I64);
        Value earlier = f.minus(f.apply(BinaryFn.ADD, last, 1), extent(queries));
        return f.apply(BinaryFn.MAX, earlier, 0);
    }

    private Value extent(Dim dim) {
        return node.add(new Extents(List.of(dim), true));
    }

    /** i64 [B, T] */
    private Value positions() {
        if (node.has(POSITIONS)) {
            return f.cast(node.in(POSITIONS), DType.I64);
        }
        Value steps = f.counting(queries, 1, 2);
        return past == null
                ? node.add(new Expand(List.of(batch, queries)), steps)
                : f.plus(steps, past);
    }

    /**
     * Keys or values [B, S, kvHeads, d]: of the past as many as each element of the batch has, then those of
     * this call. Rows behind these are some of the others, to be masked.
     */
    private Value cache(Value now, int input) {
        if (!node.has(input)) {
            return now;
        }
        Value before = parts.swapHeads(f.cast(node.in(input), DType.F32));
        Dim room = before.dim(1);
        Value all = node.add(new Concat(1), before, now);
        Dim rows = all.dim(1);
        Dim present = present(room);
        Value steps = f.counting(present, 1, 2);
        Value fromNow = f.plus(f.minus(steps, past), extent(room));
        Value lastRow = f.apply(BinaryFn.ADD, extent(rows), -1);
        Value row = f.apply(
                BinaryFn.MIN, f.where(f.apply(BinaryFn.LESS, steps, past), steps, fromNow), lastRow);
        Value index = f.plus(row, f.times(f.counting(batch, 0, 2), extent(rows)));
        Value flat = f.reshape(all, List.of(batch.times(rows), all.dim(2).times(all.dim(3))));
        return f.reshape(node.add(new Gather(0), flat, index), List.of(batch, present, all.dim(2), all.dim(3)));
    }

    /** Rows of the cache after this call: as input 6 says, but never less than there is room for. */
    private Dim present(Dim room) {
        List<Dim> most = node.in(MOST_KEYS).contents();
        return most == null ? room.plus(queries) : most.get(0).max(room);
    }

    /** With zeros behind the keys of each element of the batch. */
    private Value used(Value cache) {
        if (past == null) {
            return cache;
        }
        Value end = f.plus(past, extent(queries));
        Value inside = f.apply(BinaryFn.LESS, f.counting(cache.dim(1), 1, 2), end);
        Value spread = f.reshape(inside, List.of(batch, cache.dim(1), Dim.ONE, Dim.ONE));
        return f.where(spread, cache, f.number(0, DType.F32));
    }

    /** What is attended to, and the scores where they are wanted. */
    private Value[] attend(Value q, Value k, Value v) {
        if (!q.dim(3).isConstant()) {
            throw node.unsupported("a head size that is not fixed: " + q.dim(3));
        }
        float scale = node.number("scale", 0);
        scale = scale == 0 ? (float) (1 / Math.sqrt(q.dim(3).constant())) : scale;
        float softcap = node.number("softcap", 0);
        boolean causal = node.flag("causal", true);
        long window = node.integer("local_window_size", -1);
        Value bias = node.has(BIAS) ? parts.fit(f.cast(node.in(BIAS), DType.F32), k.dim(1)) : null;
        Value sink = sink();
        long scores = node.integer("qk_output", 0);
        boolean fused = causal && past == null && sink == null && scores == 0;
        if (causal && !fused) {
            bias = parts.sum(bias, parts.causalBias(queries, k.dim(1), earlier(), AttentionParts.MASKED));
        }
        if (!causal && past != null) {
            Value end = f.reshape(f.plus(past, extent(queries)), List.of(batch));
            bias = parts.sum(bias, parts.lengthBias(end, k.dim(1), AttentionParts.MASKED));
        }
        if (window > 0) {
            Value first = f.apply(BinaryFn.ADD, earlier(), 1 - window);
            bias = parts.sum(bias, parts.earliestBias(queries, k.dim(1), first, AttentionParts.MASKED));
        }
        Dim keys = k.dim(1);
        if (sink != null) {
            bias = withSink(bias, sink, k.dim(1));
            k = withZeros(k);
            v = withZeros(v);
        }
        Attention op = new Attention(fused, Dim.ZERO, scale, softcap);
        Value y = parts.joinHeads(node.add(op, q, k, v, bias));
        if (scores == 0) {
            return new Value[] {y, null};
        }
        AttentionScores.Stage stage = scores == 1 ? AttentionScores.Stage.CAPPED : AttentionScores.Stage.SOFTMAX;
        Value all = AttentionScores.at(stage, parts, q, k, scale, softcap, bias);
        return new Value[] {y, node.add(Slice.along(3, Dim.ZERO, keys, all.shape()), all)};
    }

    /** Position of the first query: i64 [B, 1, 1, 1] or a scalar. */
    private Value earlier() {
        return past == null
                ? node.constant(Literal.scalar(0L))
                : f.reshape(past, List.of(batch, Dim.ONE, Dim.ONE, Dim.ONE));
    }

    /**
     * The score [1, heads or 1, 1, 1] of a key that is not there, which takes its part of the softmax;
     * {@code null} for none.
     */
    private Value sink() {
        boolean smooth = node.flag("smooth_softmax", false);
        if (node.has(SINK)) {
            return f.reshape(f.cast(node.in(SINK), DType.F32), List.of(Dim.ONE, Dim.of(heads), Dim.ONE, Dim.ONE));
        }
        return smooth ? node.constant(Literal.splat(DType.F32, 0, 1, 1, 1, 1)) : null;
    }

    private Value withSink(Value bias, Value sink, Dim keys) {
        List<Dim> open = List.of(Dim.ONE, Dim.ONE, Dim.ONE, keys);
        Value all = bias == null ? node.add(new Expand(open), f.number(0, DType.F32)) : bias;
        Dim b = all.dim(0);
        Dim h = sink.dim(1).is(1) ? all.dim(1) : sink.dim(1);
        Value wide = expanded(all, List.of(b, h, all.dim(2), keys));
        return node.add(new Concat(3), wide, expanded(sink, List.of(b, h, all.dim(2), Dim.ONE)));
    }

    private Value expanded(Value x, List<Dim> shape) {
        return x.shape().equals(shape) ? x : node.add(new Expand(shape), x);
    }

    private Value withZeros(Value cache) {
        List<Dim> none = Collections.nCopies(4, Dim.ZERO);
        return node.add(
                new Pad(Pad.Mode.CONSTANT, none, List.of(Dim.ZERO, Dim.ONE, Dim.ZERO, Dim.ZERO)), cache);
    }
}
