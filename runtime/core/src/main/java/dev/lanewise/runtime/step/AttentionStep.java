package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * Scaled dot-product attention of {@link AttentionHeads}: y [B, T, heads, dv], and for its gradients the logarithm of
 * the sum of weights [B, heads, T] where it is asked for. Keys and values before k and v, of the same order, may be
 * given apart: a cache that is no state is not copied in order to append.
 */
final class AttentionStep extends Step implements Divisible {

    /** Threads that share the queries of one head take so many at least: each packs the keys anew. */
    private static final int LEAST_QUERIES = 32;

    private final StepArgs args;
    private final AttentionKernels kernels;
    private final AttentionHeads in;
    private final Operand y;
    private final Operand scratch;
    private final Operand logSums;
    private boolean empty;
    /** How many parts the queries of a head are divided into. */
    private int parts;

    AttentionStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().attention();
        in = new AttentionHeads(args, true);
        y = args.floatsOut(0);
        scratch = args.floatsOut(1);
        logSums = args.floatsOutOrNull(2);
        args.memory().reserve(scratch);
        args.requireRank(y, 4);
        if (logSums != null) {
            args.requireRank(logSums, 3);
        }
    }

    @Override
    public void reshape() {
        in.reshape();
        in.requireRows(y);
        if (logSums != null) {
            in.requireNumbers(logSums);
        }
        empty = in.isEmpty() || y.size == 0 && logSums == null;
        if (!empty) {
            parts = parts(args.memory().team().size());
            in.requireScratch(scratch, false);
        }
    }

    /** Heads are what threads share; where there are few of them, their queries as well. */
    private int parts(int threads) {
        int wanted = threads == 1 ? 1 : 2 * threads / (in.batch * in.heads) + 1;
        return Math.max(1, Math.min(wanted, in.queries / LEAST_QUERIES));
    }

    @Override
    public void run() {
        if (empty) {
            return;
        }
        args.share(this, in.batch * in.heads * parts, 1, multiplyAdds());
    }

    /** Pieces are parts of the queries of a head; those of one head side by side are done together. */
    @Override
    public void run(int from, int to, int worker) {
        int piece = from;
        while (piece < to) {
            int head = piece / parts;
            int first = piece - head * parts;
            int last = Math.min(parts, first + to - piece);
            attend(head / in.heads, head % in.heads, query(first), query(last), worker);
            piece += last - first;
        }
    }

    /** The query that a part begins with. */
    private int query(int part) {
        return (int) ((long) in.queries * part / parts);
    }

    /** Queries {@code [from, to)} of a head of a batch element. */
    private void attend(int b, int head, int from, int to, int worker) {
        int d = in.shape.headDim();
        int dv = in.shape.valueDim();
        int keyStep = in.keyStep(in.k); // in rows of d
        int keysFrom = in.firstKey(in.k, b, head) - in.pastKeys * keyStep;
        Operand earlierK = in.pastK == null ? in.k : in.pastK;
        Operand earlierV = in.pastV == null ? in.v : in.pastV;
        int pastFrom = in.firstKey(earlierK, b, head);
        int row = in.row(b, head, from);
        kernels.attend(
                in.shape, to - from, in.keys,
                in.q.buffer.floats, in.q.offset + row * d, in.heads * d,
                in.pastKeys, earlierK.buffer.floats, earlierK.offset + pastFrom * d,
                earlierV.buffer.floats, earlierV.offset + pastFrom * dv,
                in.k.buffer.floats, in.k.offset + keysFrom * d, keyStep * d,
                in.v.buffer.floats, in.v.offset + keysFrom * dv, keyStep * dv,
                in.biases(), in.biasOffset(b, head, from), in.biasStride(),
                (int) Math.min(Integer.MAX_VALUE, (long) in.lastKeyOfFirstQuery + from),
                y.buffer.floats, y.offset + row * dv, in.heads * dv,
                logSums == null ? null : logSums.buffer.floats,
                logSums == null ? 0 : logSums.offset + (b * in.heads + head) * in.queries + from,
                args.memory().scratch(scratch, worker), args.memory().scratchOffset(scratch, worker));
    }

    @Override
    public long multiplyAdds() {
        return empty ? 0 : in.pairs() * (in.shape.headDim() + in.shape.valueDim());
    }
}
