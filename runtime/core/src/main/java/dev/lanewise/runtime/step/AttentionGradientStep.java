package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * The gradients of attention, with the weights computed anew: of what {@link AttentionHeads} reads, what attention
 * gave (y [B, T, heads, dv], the logarithms of sums of weights [B, heads, T]) and dy it makes dq, dk and dv.
 */
final class AttentionGradientStep extends Step implements Divisible {

    private final StepArgs args;
    private final AttentionKernels kernels;
    private final AttentionHeads in;
    private final Operand y;
    private final Operand logSums;
    private final Operand dy;
    private final Operand dq;
    private final Operand dk;
    private final Operand dv;
    private final Operand scratch;

    AttentionGradientStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().attention();
        in = new AttentionHeads(args, false);
        y = args.floatsIn(4);
        logSums = args.floatsIn(5);
        dy = args.floatsIn(6);
        dq = args.floatsOut(0);
        dk = args.floatsOut(1);
        dv = args.floatsOut(2);
        scratch = args.floatsOut(3);
        args.memory().reserve(scratch);
        for (Operand rows : new Operand[] {y, dy, dq, dk, dv}) {
            args.requireRank(rows, 4);
        }
        args.requireRank(logSums, 3);
    }

    @Override
    public void reshape() {
        in.reshape();
        in.requireRows(y);
        in.requireRows(dy);
        in.requireNumbers(logSums);
        for (int axis = 0; axis < 4; axis++) {
            args.requireExtent(dq, axis, in.q.shape[axis]);
            args.requireExtent(dk, axis, in.k.shape[axis]);
            args.requireExtent(dv, axis, in.v.shape[axis]);
        }
        in.requireScratch(scratch, true);
    }

    @Override
    public void run() {
        if (in.isEmpty()) {
            Arrays.fill(dk.buffer.floats, dk.offset, dk.offset + dk.size, 0f);
            Arrays.fill(dv.buffer.floats, dv.offset, dv.offset + dv.size, 0f);
        } else {
            args.share(this, in.batch * in.kvHeads, 1, multiplyAdds());
        }
    }

    /** Pieces are heads of keys: the heads that share one add to its gradients one after the other. */
    @Override
    public void run(int from, int to, int worker) {
        int shared = in.heads / in.kvHeads;
        for (int piece = from; piece < to; piece++) {
            int b = piece / in.kvHeads;
            int first = piece % in.kvHeads * shared;
            int key = in.firstKey(in.k, b, first);
            clear(dk, key);
            clear(dv, key);
            for (int head = first; head < first + shared; head++) {
                gradients(b, head, key, worker);
            }
        }
    }

    /** Makes the rows of a head of keys zeros. */
    private void clear(Operand gradient, int key) {
        int size = gradient.shape[3];
        int step = in.keyStep(gradient);
        for (int t = 0; t < in.keys; t++) {
            int row = gradient.offset + (key + t * step) * size;
            Arrays.fill(gradient.buffer.floats, row, row + size, 0f);
        }
    }

    private void gradients(int b, int head, int key, int worker) {
        int d = in.shape.headDim();
        int valueDim = in.shape.valueDim();
        int keyStep = in.keyStep(in.k);
        int row = in.row(b, head, 0);
        kernels.gradients(
                in.shape, in.queries, in.keys,
                in.q.buffer.floats, in.q.offset + row * d, in.heads * d,
                in.k.buffer.floats, in.k.offset + key * d, keyStep * d,
                in.v.buffer.floats, in.v.offset + key * valueDim, keyStep * valueDim,
                in.biases(), in.biasOffset(b, head, 0), in.biasStride(), in.lastKeyOfFirstQuery,
                logSums.buffer.floats, logSums.offset + (b * in.heads + head) * in.queries,
                y.buffer.floats, y.offset + row * valueDim, dy.buffer.floats, dy.offset + row * valueDim,
                in.heads * valueDim,
                dq.buffer.floats, dq.offset + row * d, dk.buffer.floats, dk.offset + key * d,
                dv.buffer.floats, dv.offset + key * valueDim,
                args.memory().scratch(scratch, worker), args.memory().scratchOffset(scratch, worker));
    }

    /** Scores and gradients of queries and keys as wide as a head of keys, those of weights and values as of values. */
    @Override
    public long multiplyAdds() {
        return in.pairs() * (3L * in.shape.headDim() + 2L * in.shape.valueDim());
    }
}
