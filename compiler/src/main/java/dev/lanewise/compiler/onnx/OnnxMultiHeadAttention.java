package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's MultiHeadAttention: q, k and v come projected, apart from each other or packed, with the
 * projection's bias still to be added. Computed in f32.
 */
final class OnnxMultiHeadAttention {

    private static final int BIAS = 3;
    private static final int MASK = 4;
    private static final int ADDED = 5;
    private static final int PAST_KEY = 6;
    private static final int PAST_VALUE = 7;

    private OnnxMultiHeadAttention() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:MultiHeadAttention", OnnxMultiHeadAttention::convert);
    }

    private static void convert(OnnxNode node) {
        Formula f = new Formula(node);
        AttentionParts parts = new AttentionParts(f);
        if (node.has(8) || node.has(9)) {
            throw node.unsupported("a past that shares memory with the present");
        }
        Operands operands = Operands.read(parts, node).biased(parts, node);
        Value q = operands.q;
        Cache keys = Cache.extend(parts, operands.k, node.inOrNull(PAST_KEY));
        Cache values = Cache.extend(parts, operands.v, node.inOrNull(PAST_VALUE));
        if (!q.dim(3).isConstant()) {
            throw node.unsupported("a head size that is not fixed: " + q.dim(3));
        }
        boolean causal = node.flag("unidirectional", false);
        float scale = node.number("scale", 0);
        scale = scale == 0 ? (float) (1 / Math.sqrt(q.dim(3).constant())) : scale;
        float masked = node.number("mask_filter_value", -10_000);
        Value bias = ContribMasks.bias(
                parts, node.inOrNull(MASK), node.inOrNull(ADDED), q.dim(0), keys.all.dim(1), masked);
        Attention op = new Attention(causal, keys.past, scale, 0);
        DType type = node.in(0).type().type();
        node.out(f.cast(parts.joinHeads(node.add(op, q, keys.all, values.all, bias)), type));
        node.out(node.wants(1) ? f.cast(keys.present(parts), type) : null);
        node.out(node.wants(2) ? f.cast(values.present(parts), type) : null);
        if (node.wants(3)) {
            Value offset = node.add(new Extents(List.of(keys.past), true));
            Value whole = causal
                    ? parts.sum(bias, parts.causalBias(q.dim(1), keys.all.dim(1), offset, -Float.MAX_VALUE))
                    : bias;
            node.out(f.cast(
                    AttentionScores.at(AttentionScores.Stage.BIASED, parts, q, keys.all, scale, 0, whole), type));
        }
    }

    /** q, k and v, each [B, T, heads, d]. */
    private record Operands(Value q, Value k, Value v) {

        static Operands read(AttentionParts parts, OnnxNode node) {
            Formula f = parts.f();
            long heads = node.integer("num_heads", 0);
            Value first = f.cast(node.in(0), DType.F32);
            if (first.rank() == 5) {
                return new Operands(packed(f, first, 0, 3), packed(f, first, 1, 3), packed(f, first, 2, 3));
            }
            Value q = parts.splitHeads(first, heads);
            if (!node.has(1)) {
                throw node.unsupported("no keys");
            }
            Value second = f.cast(node.in(1), DType.F32);
            if (second.rank() == 5) {
                return new Operands(q, packed(f, second, 0, 2), packed(f, second, 1, 2));
            }
            Value third = f.cast(node.in(2), DType.F32);
            return second.rank() == 4
                    ? new Operands(q, parts.swapHeads(second), parts.swapHeads(third))
                    : new Operands(q, parts.splitHeads(second, heads), parts.splitHeads(third, heads));
        }

        /** Part {@code i} of {@code [B, T, heads, count, d]}. */
        private static Value packed(Formula f, Value x, int i, int count) {
            if (!x.dim(3).is(count)) {
                throw f.node().misfit("packed operands " + x.type() + "; expected [B, T, heads, " + count + ", d]");
            }
            return f.reshape(f.part(x, 3, i, 1), List.of(x.dim(0), x.dim(1), x.dim(2), x.dim(4)));
        }

        /** With the projection's bias [q and k and v], if there is one. */
        Operands biased(AttentionParts parts, OnnxNode node) {
            if (!node.has(BIAS)) {
                return this;
            }
            Formula f = parts.f();
            Value bias = f.cast(node.in(BIAS), DType.F32);
            long from = 0;
            Value[] sums = new Value[3];
            Value[] all = {q, k, v};
            for (int i = 0; i < 3; i++) {
                Dim size = all[i].dim(2).times(all[i].dim(3));
                if (!size.isConstant() || bias.rank() != 1
                        || bias.dim(0).isConstant() && from + size.constant() > bias.dim(0).constant()) {
                    throw node.misfit("a bias " + bias.type() + " for " + all[i].type());
                }
                Value part = f.part(bias, 0, from, size.constant());
                sums[i] = f.plus(all[i], f.reshape(part, List.of(all[i].dim(2), all[i].dim(3))));
                from += size.constant();
            }
            return new Operands(sums[0], sums[1], sums[2]);
        }
    }

    /**
     * Keys or values.
     *
     * @param all [B, S, heads, d], those of the past first
     * @param past how many are of the past
     */
    private record Cache(Value all, Dim past) {

        /** The past is [B, heads, P, d], or {@code null}. */
        static Cache extend(AttentionParts parts, Value now, Value past) {
            if (past == null) {
                return new Cache(now, Dim.ZERO);
            }
            Value before = parts.swapHeads(parts.f().cast(past, DType.F32));
            return new Cache(parts.f().node().add(new Concat(1), before, now), before.dim(1));
        }

        Value present(AttentionParts parts) {
            return parts.swapHeads(all);
        }
    }
}
