package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;

/** The reference of {@link Attention} and of its gradients: scores in double, query by query and head by head. */
final class AttentionReference {

    final Literal q;
    final Literal k;
    final Literal v;
    /** Of q: a row is {@code (b · T + t) · heads + head}. */
    final int rows;
    final int keys;
    final int headDim;
    final int valueDim;
    private final Attention op;
    private final Literal bias;
    private final Broadcast scores;
    private final long last;
    private final int queries;
    private final int heads;
    private final int shared;
    /** Rows of k and v from one batch element, key and head to the next. */
    private final int[] steps;

    /**
     * @param k all keys, in the operation's layout
     * @param v all values
     */
    AttentionReference(Attention op, Evaluation in, Literal k, Literal v) {
        this.op = op;
        this.k = k;
        this.v = v;
        q = in.in(0);
        bias = in.inOrNull(3);
        queries = q.extent(1);
        heads = q.extent(2);
        rows = q.extent(0) * queries * heads;
        headDim = q.extent(3);
        valueDim = v.extent(3);
        int keyAxis = op.layout().keyAxis();
        int headAxis = op.layout().headAxis();
        int batchAxis = 3 - keyAxis - headAxis;
        keys = k.extent(keyAxis);
        shared = heads / k.extent(headAxis);
        int[] axes = {k.extent(1) * k.extent(2), k.extent(2), 1};
        steps = new int[] {axes[batchAxis], axes[keyAxis], axes[headAxis]};
        last = op.causal() ? in.value(op.offset()) : Integer.MAX_VALUE;
        scores = Broadcast.of(
                new int[] {q.extent(0), heads, queries, keys}, bias == null ? new int[0] : bias.shape());
    }

    private int time(int row) {
        return row / heads % queries;
    }

    private int batch(int row) {
        return row / heads / queries;
    }

    /** The place of a row's number in [B, heads, T]. */
    int number(int row) {
        return (batch(row) * heads + row % heads) * queries + time(row);
    }

    /** The row of k and v that has key s as a row of q sees it. */
    int key(int row, int s) {
        return batch(row) * steps[0] + s * steps[1] + row % heads / shared * steps[2];
    }

    /** The score without its bias. */
    double capped(int row, int s) {
        double sum = 0;
        for (int i = 0; i < headDim; i++) {
            sum += q.doubleAt(row * headDim + i) * k.doubleAt(key(row, s) * headDim + i);
        }
        sum *= op.scale();
        return op.softcap() == 0 ? sum : op.softcap() * Math.tanh(sum / op.softcap());
    }

    /** The score, −∞ of what is not seen. */
    double score(int row, int s) {
        if (s > time(row) + last) {
            return Double.NEGATIVE_INFINITY;
        }
        double added = bias == null ? 0 : bias.doubleAt(scores.index(1, number(row) * keys + s));
        return capped(row, s) + added;
    }
}
