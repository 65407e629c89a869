package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * Layer normalisation over all axes from {@code axis}, as rows of n elements: {@code (x − mean) · 1/√(var
 * + ε) · scale + bias}; or, without a mean, root mean square normalisation, {@code x · 1/√(Σx²/n + ε) ·
 * scale}. y may be x. f32 by the kernels, other floats in f64.
 */
final class LayerNormStep extends Step implements Divisible {

    /** Rows whose statistics fit the scratch at a time. */
    private static final int STAT_ROWS = Kernels.SCRATCH_FLOATS / 2;

    private final StepArgs args;
    private final NormKernels kernels;
    private final boolean rootMeanSquare;
    private final Operand x;
    private final Operand scale;
    private final Operand bias;
    private final Operand y;
    private final Operand mean;
    private final Operand invStd;
    private final int axis;
    private final float epsilon;
    /** {@code null} for f32. */
    private final Chunk chunk;
    private final Chunk parameters;
    private final Chunk statistics;
    private int rows;
    private int n;

    LayerNormStep(StepArgs args, boolean rootMeanSquare) {
        this.args = args;
        this.rootMeanSquare = rootMeanSquare;
        kernels = args.kernels().norm();
        x = args.in(0);
        scale = args.require(args.in(1), x.type);
        bias = rootMeanSquare || !args.hasIn(2) ? null : args.require(args.in(2), x.type);
        y = args.require(args.out(0), x.type);
        mean = rootMeanSquare ? null : statistic(1);
        invStd = rootMeanSquare ? null : statistic(2);
        axis = args.axis(0, x);
        epsilon = args.number(0);
        if (!x.type.isFloating()) {
            throw args.bad("inputs", "no normalisation of " + x.type);
        }
        boolean floats = x.type == DType.F32;
        chunk = floats ? null : args.memory().chunk(0);
        parameters = floats ? null : args.memory().chunk(1);
        statistics = floats ? null : args.memory().chunk(2);
    }

    /** An optional output, f32 also for rows of 16-bit floats. */
    private Operand statistic(int i) {
        Operand operand = args.outOrNull(i);
        return operand == null ? null : args.require(operand, x.type == DType.F64 ? DType.F64 : DType.F32);
    }

    @Override
    public void reshape() {
        args.requireEqual(y.size, x.size, y, "the number of elements");
        rows = x.size == 0 ? 0 : x.product(0, axis);
        n = rows == 0 ? 0 : x.size / rows;
        if (rows == 0) {
            return;
        }
        args.requireEqual(scale.size, n, scale, "the number of elements");
        if (bias != null) {
            args.requireEqual(bias.size, n, bias, "the number of elements");
        }
        if (mean != null) {
            args.requireEqual(mean.size, rows, mean, "the number of elements");
        }
        if (invStd != null) {
            args.requireEqual(invStd.size, rows, invStd, "the number of elements");
        }
    }

    @Override
    public void run() {
        if (rows == 0) {
            return;
        }
        if (chunk != null) {
            for (int row = 0; row < rows; row++) {
                row(row);
            }
        } else {
            args.share(this, rows, 1, x.size * Work.NORMALISATION);
        }
    }

    /** Pieces are rows. */
    @Override
    public void run(int begin, int end, int worker) {
        if (rootMeanSquare) {
            kernels.rmsNorm(
                    x.buffer.floats, x.offset + begin * n, scale.buffer.floats, scale.offset, epsilon,
                    y.buffer.floats, y.offset + begin * n, end - begin, n);
        } else if (mean == null && invStd == null) {
            layerNorm(begin, end - begin, null);
        } else {
            float[] stats = args.memory().scratch(worker);
            for (int from = begin; from < end; from += STAT_ROWS) {
                int count = Math.min(STAT_ROWS, end - from);
                layerNorm(from, count, stats);
                keep(mean, from, stats, 0, count);
                keep(invStd, from, stats, STAT_ROWS, count);
            }
        }
    }

    private void layerNorm(int from, int count, float[] stats) {
        kernels.layerNorm(
                x.buffer.floats, x.offset + from * n, scale.buffer.floats, scale.offset,
                bias == null ? null : bias.buffer.floats, bias == null ? 0 : bias.offset, epsilon,
                y.buffer.floats, y.offset + from * n, count, n, stats, 0, STAT_ROWS);
    }

    private static void keep(Operand to, int from, float[] stats, int at, int count) {
        if (to != null) {
            System.arraycopy(stats, at, to.buffer.floats, to.offset + from, count);
        }
    }

    private void row(int row) {
        int start = row * n;
        double center = rootMeanSquare ? 0 : sum(start, 0, false) / n;
        double factor = 1 / Math.sqrt(sum(start, center, true) / n + epsilon);
        for (int from = 0; from < n; from += Chunk.SIZE) {
            int length = Math.min(Chunk.SIZE, n - from);
            chunk.loadDoubles(x, start + from, 1, length);
            parameters.loadDoubles(scale, from, 1, length);
            for (int i = 0; i < length; i++) {
                chunk.doubles[i] = (chunk.doubles[i] - center) * factor * parameters.doubles[i];
            }
            if (bias != null) {
                parameters.loadDoubles(bias, from, 1, length);
                for (int i = 0; i < length; i++) {
                    chunk.doubles[i] += parameters.doubles[i];
                }
            }
            chunk.storeDoubles(y, start + from, 1, length);
        }
        store(mean, row, center);
        store(invStd, row, factor);
    }

    private double sum(int start, double center, boolean squares) {
        double sum = 0;
        for (int from = 0; from < n; from += Chunk.SIZE) {
            int length = Math.min(Chunk.SIZE, n - from);
            chunk.loadDoubles(x, start + from, 1, length);
            for (int i = 0; i < length; i++) {
                double d = chunk.doubles[i] - center;
                sum += squares ? d * d : d;
            }
        }
        return sum;
    }

    private void store(Operand to, int row, double value) {
        if (to != null) {
            statistics.doubles[0] = value;
            statistics.storeDoubles(to, row, 1, 1);
        }
    }
}
