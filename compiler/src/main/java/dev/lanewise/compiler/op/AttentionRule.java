package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient rule of {@link Attention}: an {@link AttentionGradient}, which never has all weights at once. Only where
 * somebody wants the gradient of the bias, which has as many elements, or differentiates the logarithms of sums, it
 * is written in products and elementwise functions. With p the weights, computed anew:
 *
 * <pre>
 * dv = pᵀ · dy    dp = dy · vᵀ    ds = p ∘ (dp − Σ dp ∘ p)    dq = scale · ds' · k    dk = scale · ds'ᵀ · q
 * </pre>
 *
 * <p>where ds is the gradient of what is behind the cap, and of the bias, and ds' of what is before it. Heads that
 * share keys and values are rows of one product.
 */
final class AttentionRule {

    /** What no score is below that counts; rows of −∞ alone have no softmax. */
    private static final double MASKED = -1e30;

    private final Gradient g;
    private final Attention op;
    private final Value q;
    private final Value bias;
    private final Dim batch;
    private final Dim queries;
    private final Dim heads;
    private final Dim kvHeads;
    /** Those that share a head of keys, times their queries. */
    private final Dim rows;
    private final Dim keys;

    AttentionRule(Gradient g, Attention op) {
        this.g = g;
        this.op = op;
        q = g.in(0);
        bias = g.node().input(3);
        batch = q.dim(0);
        queries = q.dim(1);
        heads = q.dim(2);
        kvHeads = g.in(1).dim(op.layout().headAxis());
        rows = queries.times(heads.constant() / kvHeads.constant());
        Dim more = g.node().input(Attention.PAST) == null
                ? Dim.ZERO
                : g.in(Attention.PAST).dim(op.layout().keyAxis());
        keys = g.in(1).dim(op.layout().keyAxis()).plus(more);
    }

    void give() {
        boolean ofBias = bias != null && g.needs(3);
        if (ofBias || g.of(1) != null) {
            giveFromWeights();
            return;
        }
        Attention of = new Attention(op.causal(), op.offset(), op.scale(), op.softcap(), op.layout(), false);
        List<Value> gradients = g.addAll(
                new AttentionGradient(of), Arrays.asList(q, all(1), all(2), bias, g.out(0), g.out(1), g.of(0)));
        if (g.needs(0)) {
            g.give(0, gradients.get(0));
        }
        giveLaid(1, gradients.get(1));
        giveLaid(2, gradients.get(2));
    }

    private void giveFromWeights() {
        Value sharedQ = shared(q);
        Value dy = shared(g.ofOrZeros(0));
        Value k = keysOf(1);
        Value v = keysOf(2);
        Value capped = apart(product(false, true, sharedQ, k, op.scale()));
        Value tanh = null;
        if (op.softcap() != 0) {
            tanh = g.apply(UnaryFn.TANH, g.affine(1.0 / op.softcap(), capped, 0));
            capped = g.affine(op.softcap(), tanh, 0);
        }
        Value p = weights(capped);
        giveKeys(2, product(true, false, together(p), dy, 1));
        Value dp = apart(product(false, true, dy, v, 1));
        Value ds = g.add(new SoftmaxGradient(false), p, dp);
        if (g.of(1) != null) {
            Value ofSums = g.reshape(g.of(1), List.of(batch, heads, queries, Dim.ONE));
            ds = g.plus(ds, g.times(p, ofSums));
        }
        if (bias != null && g.needs(3)) {
            g.give(3, ds);
        }
        if (tanh != null) {
            ds = g.times(ds, g.affine(-1, g.apply(UnaryFn.SQUARE, tanh), 1));
        }
        Value dsShared = together(ds);
        if (g.needs(0)) {
            Value dq = product(false, false, dsShared, k, op.scale());
            List<Dim> headsFirst = List.of(batch, heads, queries, q.dim(3));
            g.give(0, g.add(Transpose.of(0, 2, 1, 3), g.reshape(dq, headsFirst)));
        }
        giveKeys(1, product(true, false, dsShared, sharedQ, op.scale()));
    }

    /** {@code softmax(scores + bias)}, zeros for what is masked: [B, heads, T, S]. */
    private Value weights(Value capped) {
        if (bias == null && !op.causal()) {
            return g.add(new Softmax(false), capped);
        }
        Value scores = bias == null ? capped : g.plus(capped, bias);
        if (op.causal()) {
            scores = g.add(new Where(), visible(), scores, g.number(Double.NEGATIVE_INFINITY, scores));
        }
        Value bounded = g.add(new Binary(BinaryFn.MAX), scores, g.number(MASKED, scores));
        return g.add(new Binary(BinaryFn.GATE), g.add(new Softmax(false), bounded), g.affine(1, scores, -MASKED));
    }

    /** [T, S]: whether query t sees key s. */
    private Value visible() {
        Value last = g.add(new Binary(BinaryFn.ADD), counting(queries), number(op.offset()));
        return g.add(
                new Binary(BinaryFn.LESS_OR_EQUAL), counting(keys), g.reshape(last, List.of(queries, Dim.ONE)));
    }

    /** [n]: 0, 1, 2, … */
    private Value counting(Dim n) {
        return g.add(new Range(n), number(Dim.ZERO), number(n), number(Dim.ONE));
    }

    private Value number(Dim value) {
        return value.isConstant()
                ? Value.constant("number", Literal.of(DType.I64, new long[] {value.constant()}))
                : g.add(new Extents(List.of(value), true));
    }

    private Value product(boolean transA, boolean transB, Value a, Value b, double factor) {
        Value product = g.add(new MatMul(transA, transB, Epilogue.NONE), a, b);
        return factor == 1 ? product : g.affine(factor, product, 0);
    }

    /** [B, T, heads, d] as [B, kvHeads, heads / kvHeads · T, d]. */
    private Value shared(Value x) {
        return g.reshape(g.add(Transpose.of(0, 2, 1, 3), x), List.of(batch, kvHeads, rows, x.dim(3)));
    }

    /** [B, kvHeads, rows, S] as [B, heads, T, S]. */
    private Value apart(Value x) {
        return g.reshape(x, List.of(batch, heads, queries, keys));
    }

    private Value together(Value x) {
        return g.reshape(x, List.of(batch, kvHeads, rows, keys));
    }

    /** Keys or values, those before them first. */
    private Value all(int i) {
        Value past = g.node().input(Attention.PAST + i - 1);
        return past == null ? g.in(i) : g.add(new Concat(op.layout().keyAxis()), past, g.in(i));
    }

    /** These as [B, kvHeads, S, d]. */
    private Value keysOf(int i) {
        Value all = all(i);
        return op.layout() == Attention.Layout.HEADS_FIRST ? all : g.add(op.layout().headsFirst(), all);
    }

    /** Gives what belongs to keys or values, and to those before them, of [B, kvHeads, S, d]. */
    private void giveKeys(int i, Value gradient) {
        giveLaid(i, op.layout() == Attention.Layout.HEADS_FIRST
                ? gradient
                : g.add(op.layout().ofHeadsFirst(), gradient));
    }

    /** The same in the order that keys and values have. */
    private void giveLaid(int i, Value laid) {
        int pastInput = Attention.PAST + i - 1;
        boolean ofPast = g.node().input(pastInput) != null;
        int axis = op.layout().keyAxis();
        Dim more = ofPast ? g.in(pastInput).dim(axis) : Dim.ZERO;
        if (ofPast && g.needs(pastInput)) {
            g.give(pastInput, g.add(Slice.along(axis, Dim.ZERO, more, laid.shape()), laid));
        }
        if (g.needs(i)) {
            g.give(i, ofPast ? g.add(Slice.along(axis, more, g.in(i).dim(axis), laid.shape()), laid) : laid);
        }
    }
}
