package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * Scaled dot-product attention, head by head: q [B, T, heads, d], k [B, S, kvHeads, d], v [B, S,
 * kvHeads, dv], y [B, T, heads, dv]. Query head h attends to key head {@code h · kvHeads / heads}. The
 * bias [B or 1, heads or 1, T or 1, S] is added to the scores. Keys and values may also lie keys first, [S, B,
 * kvHeads, d], as caches do that grow, or heads first, [B, kvHeads, S, d]. Keys and values before
 * these, of the same order, may be given apart: a cache that is no state is not copied in order to append.
 */
final class AttentionStep extends Step implements Divisible {

    /** Threads that share the queries of one head take so many at least: each packs the keys anew. */
    private static final int LEAST_QUERIES = 32;

    private final StepArgs args;
    private final AttentionKernels kernels;
    private final Operand q;
    private final Operand k;
    private final Operand v;
    private final Operand bias;
    /** Keys and values before k and v, or {@code null}. */
    private final Operand pastK;
    private final Operand pastV;
    private final Operand y;
    private final Operand scratch;
    private final boolean causal;
    private final int offsetDim;
    /** Axes of k and v. */
    private final int batchAxis;
    private final int keyAxis;
    private final int headAxis;
    private final float scale;
    private final float softcap;
    private AttentionKernels.AttentionShape shape;
    private int batch;
    private int queries;
    /** Those of the past among them. */
    private int keys;
    private int pastKeys;
    private int heads;
    private int kvHeads;
    private int lastKeyOfFirstQuery;
    /** Steps of the bias from batch to batch, head to head, query to query. */
    private final int[] biasStride = new int[3];
    private boolean empty;
    /** How many parts the queries of a head are divided into. */
    private int parts;

    AttentionStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().attention();
        q = args.floatsIn(0);
        k = args.floatsIn(1);
        v = args.floatsIn(2);
        bias = args.floatsInOrNull(3);
        pastK = args.floatsInOrNull(4);
        pastV = pastK == null ? null : args.floatsIn(5);
        y = args.floatsOut(0);
        scratch = args.floatsOut(1);
        args.memory().reserve(scratch);
        causal = args.flag(0);
        offsetDim = causal ? args.dim(1) : 0;
        int layout = args.integer(2, 0, 2);
        batchAxis = layout == 1 ? 1 : 0;
        keyAxis = layout == 1 ? 0 : layout == 0 ? 1 : 2;
        headAxis = layout == 2 ? 1 : 2;
        scale = args.number(0);
        softcap = args.number(1);
        args.requireRank(q, 4);
        args.requireRank(k, 4);
        args.requireRank(v, 4);
        args.requireRank(y, 4);
        if (bias != null) {
            args.requireRank(bias, 4);
        }
        if (pastK != null) {
            args.requireRank(pastK, 4);
            args.requireRank(pastV, 4);
        }
    }

    @Override
    public void reshape() {
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
        args.requireEqual(y.shape[0], batch, y, "the batch");
        args.requireEqual(y.shape[1], queries, y, "the number of queries");
        args.requireEqual(y.shape[2], heads, y, "the number of heads");
        args.requireEqual(y.shape[3], v.shape[3], y, "the head size");
        pastKeys = pastK == null ? 0 : pastKeys();
        keys = Math.addExact(pastKeys, newKeys);
        if (kvHeads == 0 ? heads != 0 : heads % kvHeads != 0) {
            throw args.misfit(heads + " heads cannot share " + kvHeads + " heads of keys");
        }
        empty = y.size == 0;
        if (empty) {
            return;
        }
        reshapeBias();
        parts = parts(args.memory().team().size());
        lastKeyOfFirstQuery = causal ? args.memory().extents()[offsetDim] : keys;
        if (shape == null || shape.headDim() != q.shape[3] || shape.valueDim() != v.shape[3]) {
            shape = new AttentionKernels.AttentionShape(q.shape[3], v.shape[3], scale, softcap);
        }
        // an upper bound first: for absurd extents scratchFloats would overflow
        long needed = (AttentionKernels.BLOCK + 32L + queries) * (shape.headDim() + shape.valueDim() + 17L);
        if (needed > Integer.MAX_VALUE || AttentionKernels.scratchFloats(shape, queries) > scratch.capacity) {
            throw args.misfit("scratch '" + scratch.name + "' " + scratch.describe() + " is too small for "
                    + queries + " queries");
        }
    }

    /** Heads are what threads share; where there are few of them, their queries as well. */
    private int parts(int threads) {
        int wanted = threads == 1 ? 1 : 2 * threads / (batch * heads) + 1;
        return Math.max(1, Math.min(wanted, queries / LEAST_QUERIES));
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
        if (bias == null) {
            return;
        }
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

    @Override
    public void run() {
        if (empty) {
            return;
        }
        args.share(this, batch * heads * parts, 1, multiplyAdds());
    }

    /** Pieces are parts of the queries of a head; those of one head side by side are done together. */
    @Override
    public void run(int from, int to, int worker) {
        int piece = from;
        while (piece < to) {
            int head = piece / parts;
            int first = piece - head * parts;
            int last = Math.min(parts, first + to - piece);
            attend(head / heads, head % heads, query(first), query(last), worker);
            piece += last - first;
        }
    }

    /** The query that a part begins with. */
    private int query(int part) {
        return (int) ((long) queries * part / parts);
    }

    /** Queries {@code [from, to)} of a head of a batch element. */
    private void attend(int b, int head, int from, int to, int worker) {
        int d = shape.headDim();
        int dv = shape.valueDim();
        int kvHead = head / (heads / kvHeads);
        int keyStep = step(k, keyAxis); // in rows of d
        int keysFrom = b * step(k, batchAxis) + kvHead * step(k, headAxis) - pastKeys * keyStep;
        Operand earlierK = pastK == null ? k : pastK;
        Operand earlierV = pastV == null ? v : pastV;
        int pastFrom = b * step(earlierK, batchAxis) + kvHead * step(earlierK, headAxis);
        int row = (b * queries + from) * heads + head;
        kernels.attend(
                shape, to - from, keys,
                q.buffer.floats, q.offset + row * d, heads * d,
                pastKeys, earlierK.buffer.floats, earlierK.offset + pastFrom * d,
                earlierV.buffer.floats, earlierV.offset + pastFrom * dv,
                k.buffer.floats, k.offset + keysFrom * d, keyStep * d,
                v.buffer.floats, v.offset + keysFrom * dv, keyStep * dv,
                bias == null ? null : bias.buffer.floats,
                bias == null
                        ? 0
                        : bias.offset + b * biasStride[0] + head * biasStride[1] + from * biasStride[2],
                biasStride[2],
                (int) Math.min(Integer.MAX_VALUE, (long) lastKeyOfFirstQuery + from),
                y.buffer.floats, y.offset + row * dv, heads * dv,
                args.memory().scratch(scratch, worker), args.memory().scratchOffset(scratch, worker));
    }

    /** Rows of keys or values from one index of an axis to the next. */
    private static int step(Operand x, int axis) {
        return axis == 0 ? x.shape[1] * x.shape[2] : axis == 1 ? x.shape[2] : 1;
    }

    @Override
    public long multiplyAdds() {
        if (empty) {
            return 0;
        }
        long seen = (long) queries * keys;
        if (causal) {
            long first = Math.min(keys, lastKeyOfFirstQuery + 1L);
            long growing = Math.min(queries, keys - first + 1); // queries up to the first that sees all keys
            seen = growing * first + growing * (growing - 1) / 2 + (queries - growing) * (long) keys;
        }
        return (long) batch * heads * seen * (shape.headDim() + shape.valueDim());
    }
}
