package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * What attention and its gradients read, head by head: q [B, T, heads, d], k [B, S, kvHeads, d], v [B, S, kvHeads, dv],
 * bias [B or 1, heads or 1, T or 1, S] or none. Query head h attends to key head {@code h · kvHeads / heads}. Keys and
 * values may also lie keys first, [S, B, kvHeads, d], as caches do that grow, or heads first, [B, kvHeads, S, d].
 * Checks extents against each other, and says where each head lies.
 */
final class AttentionHeads {

    final Operand q;
    final Operand k;
    final Operand v;
    final Operand bias;
    /** Keys and values before k and v, or {@code null}. */
    final Operand pastK;
    final Operand pastV;
    AttentionKernels.AttentionShape shape;
    int batch;
    int queries;
    /** Those of the past among them. */
    int keys;
    int pastKeys;
    int heads;
    int kvHeads;
    int lastKeyOfFirstQuery;
    private final StepArgs args;
    private final boolean causal;
    private final int offsetDim;
    /** Axes of k and v. */
    private final int batchAxis;
    private final int keyAxis;
    private final int headAxis;
    private final float scale;
    private final float softcap;
    /** Steps of the bias from batch to batch, head to head, query to query. */
    private final int[] biasStride = new int[3];

    /** @param past whether inputs 4 and 5 may be keys and values before k and v */
    AttentionHeads(StepArgs args, boolean past) {
        this.args = args;
        q = args.floatsIn(0);
        k = args.floatsIn(1);
        v = args.floatsIn(2);
        bias = args.floatsInOrNull(3);
        pastK = past ? args.floatsInOrNull(4) : null;
        pastV = pastK == null ? null : args.floatsIn(5);
        causal = args.flag(0);
        offsetDim = causal ? args.dim(1) : 0;
        int layout = args.integer(2, 0, 2);
        batchAxis = layout == 1 ? 1 : 0;
        keyAxis = layout == 1 ? 0 : layout == 0 ? 1 : 2;
        headAxis = layout == 2 ? 1 : 2;
        scale = args.number(0);
        softcap = args.number(1);
        for (Operand operand : new Operand[] {q, k, v, bias, pastK, pastV}) {
            if (operand != null) {
                args.requireRank(operand, 4);
            }
        }
    }

    void reshape() {
        batch = q.shape[0];
        queries = q.shape[1];
        heads = q.shape[2];
        int newKeys = k.shape[keyAxis];
        kvHeads = k.shape[headAxis];
        args.requireEqual(k.shape[batchAxis], batch, k, "the batch");
        args.requireEqual(k.shape[3], q.shape[3], k, "the head size");
        args.requireEqual(v.shape[batchAxis], batch, v, "the batch");
        args.requireEqual(v.shape[keyAxis], newKeys, v, "the number of keys");
        args.requireEqual(v.shape[headAxis], kvHeads, v, "the number of heads");
        pastKeys = pastK == null ? 0 : pastKeys();
        keys = Math.addExact(pastKeys, newKeys);
        if (kvHeads == 0 ? heads != 0 : heads % kvHeads != 0) {
            throw args.misfit(heads + " heads cannot share " + kvHeads + " heads of keys");
        }
        if (bias != null && !isEmpty()) {
            reshapeBias();
        }
        lastKeyOfFirstQuery = causal ? args.memory().extents()[offsetDim] : keys;
        if (shape == null || shape.headDim() != q.shape[3] || shape.valueDim() != v.shape[3]) {
            shape = new AttentionKernels.AttentionShape(q.shape[3], v.shape[3], scale, softcap);
        }
    }

    private int pastKeys() {
        for (int axis = 0; axis < 4; axis++) {
            if (axis != keyAxis) {
                args.requireExtent(pastK, axis, k.shape[axis]);
                args.requireExtent(pastV, axis, v.shape[axis]);
            }
        }
        args.requireEqual(pastV.shape[keyAxis], pastK.shape[keyAxis], pastV, "the number of keys");
        return pastK.shape[keyAxis];
    }

    private void reshapeBias() {
        args.requireEqual(bias.shape[3], keys, bias, "the number of keys");
        int stride = keys;
        for (int axis = 2; axis >= 0; axis--) {
            int there = bias.shape[axis];
            int expected = axis == 0 ? batch : axis == 1 ? heads : queries;
            if (there != 1) {
                args.requireExtent(bias, axis, expected);
            }
            biasStride[axis] = there == 1 ? 0 : stride;
            stride *= there;
        }
    }

    /** Whether there is no query. */
    boolean isEmpty() {
        return batch == 0 || queries == 0 || heads == 0;
    }

    /** That an output, or what comes with one, has a row of values for each query. */
    void requireRows(Operand y) {
        args.requireEqual(y.shape[0], batch, y, "the batch");
        args.requireEqual(y.shape[1], queries, y, "the number of queries");
        args.requireEqual(y.shape[2], heads, y, "the number of heads");
        args.requireEqual(y.shape[3], v.shape[3], y, "the head size");
    }

    /** That a tensor has a number for each query: [B, heads, T]. */
    void requireNumbers(Operand sums) {
        args.requireExtent(sums, 0, batch);
        args.requireExtent(sums, 1, heads);
        args.requireExtent(sums, 2, queries);
    }

    /** That there is as much scratch as so many queries need. */
    void requireScratch(Operand scratch, boolean gradients) {
        // an upper bound first: for absurd extents the kernels' numbers would overflow
        long perQuery = (shape.headDim() + (long) shape.valueDim()) * (gradients ? 3 : 1) + 177;
        if (perQuery * (AttentionKernels.BLOCK + 32L + queries) > Integer.MAX_VALUE || scratch.capacity
                < (gradients
                        ? AttentionKernels.gradientScratchFloats(shape, queries)
                        : AttentionKernels.scratchFloats(shape, queries))) {
            throw args.misfit("scratch '" + scratch.name + "' " + scratch.describe() + " is too small for "
                    + queries + " queries");
        }
    }

    /** In rows of q or y. */
    int row(int b, int head, int query) {
        return (b * queries + query) * heads + head;
    }

    /** Where a head's first key lies in k, v or what has their extents, in rows. */
    int firstKey(Operand x, int b, int head) {
        return b * step(x, batchAxis) + head / (heads / kvHeads) * step(x, headAxis);
    }

    /** Rows of keys or values from one key to the next. */
    int keyStep(Operand x) {
        return step(x, keyAxis);
    }

    /** Rows of keys or values from one index of an axis to the next. */
    private static int step(Operand x, int axis) {
        return axis == 0 ? x.shape[1] * x.shape[2] : axis == 1 ? x.shape[2] : 1;
    }

    /** {@code null} for none. */
    float[] biases() {
        return bias == null ? null : bias.buffer.floats;
    }

    int biasOffset(int b, int head, int query) {
        return bias == null
                ? 0
                : bias.offset + b * biasStride[0] + head * biasStride[1] + query * biasStride[2];
    }

    /** From query to query. */
    int biasStride() {
        return biasStride[2];
    }

    /** Pairs of a query and a key that it sees, in all heads. */
    long pairs() {
        long seen = (long) queries * keys;
        if (causal) {
            long first = Math.min(keys, lastKeyOfFirstQuery + 1L);
            long growing = Math.min(queries, keys - first + 1); // queries up to the first that sees all keys
            seen = growing * first + growing * (growing - 1) / 2 + (queries - growing) * (long) keys;
        }
        return (long) batch * heads * seen;
    }
}
