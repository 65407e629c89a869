package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/** The scores [B, heads, T, S] of attention, for operators that also give these out. */
final class AttentionScores {

    /** How far the scores have come. */
    enum Stage {
        PRODUCT,
        CAPPED,
        BIASED,
        SOFTMAX
    }

    private AttentionScores() {}

    /**
     * @param q [B, T, heads, d]
     * @param k [B, S, kvHeads, d]
     * @param bias all that masks, [B or 1, heads or 1, T or 1, S]; {@code null} for none
     */
    static Value at(
            Stage stage, AttentionParts parts, Value q, Value k, float scale, float softcap, Value bias) {
        Formula f = parts.f();
        Dim kvHeads = k.dim(2);
        Dim shared = q.dim(2).floorDiv(kvHeads);
        // heads of q that share a head of k, one after another
        Value grouped = f.reshape(parts.swapHeads(q), List.of(q.dim(0), kvHeads, shared, q.dim(1), q.dim(3)));
        Value keys = f.reshape(parts.swapHeads(k), List.of(k.dim(0), kvHeads, Dim.ONE, k.dim(1), k.dim(3)));
        Value products = OnnxProducts.scaled(f, f.node().add(new MatMul(true, Epilogue.NONE), grouped, keys), scale);
        Value s = f.reshape(products, List.of(q.dim(0), q.dim(2), q.dim(1), k.dim(1)));
        if (stage != Stage.PRODUCT && softcap != 0) {
            s = f.apply(BinaryFn.MUL, f.apply(UnaryFn.TANH, f.apply(BinaryFn.DIV, s, softcap)), softcap);
        }
        if ((stage == Stage.BIASED || stage == Stage.SOFTMAX) && bias != null) {
            s = f.plus(s, f.cast(bias, s.type().type()));
        }
        return stage == Stage.SOFTMAX ? softmax(f, s, bias) : s;
    }

    /**
     * The values, weighed by the last stage of the scores: [B, T, heads, d].
     *
     * @param weights [B, heads, T, S]
     * @param v [B, S, kvHeads, d]
     */
    static Value weighed(AttentionParts parts, Value weights, Value v) {
        Formula f = parts.f();
        Dim kvHeads = v.dim(2);
        Dim shared = weights.dim(1).floorDiv(kvHeads);
        Value grouped = f.reshape(weights, List.of(v.dim(0), kvHeads, shared, weights.dim(2), v.dim(1)));
        Value values = f.reshape(parts.swapHeads(v), List.of(v.dim(0), kvHeads, Dim.ONE, v.dim(1), v.dim(3)));
        Value sums = f.node().add(MatMul.PLAIN, grouped, values);
        return parts.swapHeads(f.reshape(sums, List.of(v.dim(0), weights.dim(1), weights.dim(2), v.dim(3))));
    }

    /** A query that sees no key has zeros. */
    private static Value softmax(Formula f, Value s, Value bias) {
        Value softmax = OnnxSoftmax.softmax(f, s, false);
        if (bias == null) {
            return softmax;
        }
        Value visible = f.reduce(ReduceFn.MAX, bias, List.of(3), true);
        return f.where(f.apply(BinaryFn.EQUAL, visible, AttentionParts.MASKED), f.number(0, s.type().type()), softmax);
    }
}
