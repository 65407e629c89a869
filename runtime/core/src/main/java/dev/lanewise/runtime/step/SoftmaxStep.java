package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * Softmax over the last axis, or its logarithm; y may be x. f32 by the kernels, other floats in f64:
 * {@code e^(x − max) / Σ e^(x − max)}, {@code x − max − ln Σ e^(x − max)}.
 */
final class SoftmaxStep extends Step implements Divisible {

    private final StepArgs args;
    private final NormKernels kernels;
    private final Operand x;
    private final Operand y;
    private final boolean logarithm;
    /** {@code null} for f32. */
    private final Chunk chunk;
    private int rows;
    private int n;

    SoftmaxStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().norm();
        x = args.in(0);
        y = args.require(args.out(0), x.type);
        logarithm = args.flag(0);
        if (x.rank() == 0 || !x.type.isFloating()) {
            throw args.bad("inputs", "no softmax of " + x.describe());
        }
        chunk = x.type == DType.F32 ? null : args.memory().chunk(0);
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
        n = x.shape[x.rank() - 1];
        rows = x.size == 0 ? 0 : x.size / n;
    }

    @Override
    public void run() {
        if (chunk != null) {
            for (int row = 0; row < rows; row++) {
                row(row * n);
            }
        } else if (rows > 0) {
            args.share(this, rows, 1, (long) x.size * Work.EXPONENTIAL);
        }
    }

    /** Pieces are rows. */
    @Override
    public void run(int from, int to, int worker) {
        int at = from * n;
        if (logarithm) {
            kernels.logSoftmax(x.buffer.floats, x.offset + at, y.buffer.floats, y.offset + at, to - from, n);
        } else {
            kernels.softmax(x.buffer.floats, x.offset + at, y.buffer.floats, y.offset + at, to - from, n);
        }
    }

    private void row(int start) {
        double[] d = chunk.doubles;
        double max = Double.NEGATIVE_INFINITY;
        for (int from = 0; from < n; from += Chunk.SIZE) {
            int length = load(start, from);
            for (int i = 0; i < length; i++) {
                max = Math.max(max, d[i]);
            }
        }
        double sum = 0;
        for (int from = 0; from < n; from += Chunk.SIZE) {
            int length = load(start, from);
            for (int i = 0; i < length; i++) {
                sum += StrictMath.exp(d[i] - max);
            }
        }
        double log = StrictMath.log(sum);
        for (int from = 0; from < n; from += Chunk.SIZE) {
            int length = load(start, from);
            for (int i = 0; i < length; i++) {
                d[i] = logarithm ? d[i] - max - log : StrictMath.exp(d[i] - max) / sum;
            }
            chunk.storeDoubles(y, start + from, 1, length);
        }
    }

    private int load(int start, int from) {
        int length = Math.min(Chunk.SIZE, n - from);
        chunk.loadDoubles(x, start + from, 1, length);
        return length;
    }
}
