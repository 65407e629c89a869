package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * Maximum or average under a window that slides over one to three axes: x [N, spatial..., C], y the
 * same with other spatial extents. f32 over one or two axes by the kernels; otherwise in f64 or 64-bit
 * integers, channels by chunks.
 */
final class PoolStep extends Step implements Divisible {

    /** A kernel may have so many taps whatever the extent; pads can make a small image large. */
    private static final int SMALL_KERNEL = 64;

    private final StepArgs args;
    private final PoolKernels kernels;
    private final boolean average;
    private final boolean countIncludePad;
    private final Operand x;
    private final Operand y;
    /** Depth, height, width. */
    private final Window[] windows = {Window.NONE, Window.NONE, Window.NONE};
    private final int[] padAfter = new int[3];
    private final int[] in = {1, 1, 1};
    private final int[] out = {1, 1, 1};
    /** Extents with padding, where it counts. */
    private final int[] padded = {1, 1, 1};
    private final PoolKernels.PoolShape shape;
    private final Chunk.Arithmetic arithmetic;
    /** {@code null} where the kernels do it. */
    private final Chunk chunk;
    private final Chunk result;
    private final ReduceFn fn;
    private final boolean unsigned;
    private final long least;
    private int channels;

    PoolStep(StepArgs args, boolean average) {
        this.args = args;
        this.average = average;
        kernels = args.kernels().pool();
        x = args.in(0);
        y = args.require(args.out(0), x.type);
        int axes = x.rank() - 2;
        if (axes < 1 || axes > 3) {
            throw args.bad("inputs", "x has rank " + x.rank() + "; expected 3 to 5");
        }
        args.requireRank(y, axes + 2);
        for (int i = 0; i < axes; i++) {
            windows[3 - axes + i] = new Window(
                    args.integer(4 * i, 1, Integer.MAX_VALUE), args.integer(4 * i + 1, 1, Integer.MAX_VALUE),
                    args.integer(4 * i + 2, 1, Integer.MAX_VALUE), args.integer(4 * i + 3, 0, Integer.MAX_VALUE));
        }
        countIncludePad = average && args.flag(4 * axes);
        for (int i = 0; i < axes && average; i++) {
            padAfter[3 - axes + i] = args.integer(4 * axes + 1 + i, 0, Integer.MAX_VALUE);
        }
        if (average && !x.type.isFloating()) {
            throw args.bad("inputs", "no average of " + x.type);
        }
        Window height = windows[1];
        Window width = windows[2];
        shape = new PoolKernels.PoolShape(
                height.kernel(), width.kernel(), height.stride(), width.stride(), height.dilation(),
                width.dilation(), height.padBefore(), width.padBefore());
        arithmetic = Chunk.Arithmetic.wide(x.type);
        fn = average ? ReduceFn.SUM : ReduceFn.MAX;
        unsigned = x.type == DType.U64;
        least = x.type.isFloating() ? 0 : LongFns.least(x.type);
        boolean whole = x.type == DType.F32 && axes < 3;
        chunk = whole ? null : args.memory().chunk(0);
        result = whole ? null : args.memory().chunk(1);
    }

    @Override
    public void reshape() {
        int axes = x.rank() - 2;
        channels = x.shape[axes + 1];
        args.requireEqual(y.shape[0], x.shape[0], y, "the batch");
        args.requireEqual(y.shape[axes + 1], channels, y, "the number of channels");
        for (int i = 0; i < axes; i++) {
            int axis = 3 - axes + i;
            in[axis] = x.shape[1 + i];
            out[axis] = y.shape[1 + i];
            windows[axis].check(args, out[axis]);
            long whole = (long) in[axis] + windows[axis].padBefore() + padAfter[axis];
            padded[axis] = countIncludePad ? (int) Math.min(whole, Integer.MAX_VALUE) : in[axis];
        }
        for (int axis = 0; axis < 3; axis++) {
            requireReach(args, windows[axis], in[axis], x);
        }
    }

    /** Fails where more taps than that lie on padding at every position: no model's window, but hours of work. */
    static void requireReach(StepArgs args, Window window, int extent, Operand x) {
        if (window.kernel() > SMALL_KERNEL + 3L * extent) {
            throw args.misfit("a window of " + window.kernel() + " taps over " + x.describe());
        }
    }

    @Override
    public void run() {
        if (y.size == 0) {
            return;
        }
        int image = in[0] * in[1] * in[2] * channels;
        int pixels = out[0] * out[1] * out[2];
        if (chunk == null) {
            long taps = (long) windows[1].kernel() * windows[2].kernel();
            args.share(this, x.shape[0], 1, y.size * taps * Work.MEMORY);
            return;
        }
        for (int n = 0; n < x.shape[0]; n++) {
            for (int pixel = 0; pixel < pixels; pixel++) {
                pixel(n * image, pixel, (n * pixels + pixel) * channels);
            }
        }
    }

    /** Pieces are images. */
    @Override
    public void run(int from, int to, int worker) {
        int image = in[1] * in[2] * channels;
        int pixels = out[1] * out[2];
        for (int n = from; n < to; n++) {
            if (average) {
                kernels.average(
                        shape, channels, x.buffer.floats, x.offset + n * image, in[1], in[2],
                        countIncludePad, padded[1], padded[2],
                        y.buffer.floats, y.offset + n * pixels * channels, out[1], out[2]);
            } else {
                kernels.max(
                        shape, channels, x.buffer.floats, x.offset + n * image, in[1], in[2],
                        y.buffer.floats, y.offset + n * pixels * channels, out[1], out[2]);
            }
        }
    }

    private void pixel(int xAt, int pixel, int yAt) {
        int d = pixel / (out[1] * out[2]);
        int h = pixel / out[2] % out[1];
        int w = pixel % out[2];
        for (int c = 0; c < channels; c += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, channels - c);
            Arrays.fill(result.doubles, 0, n, average ? 0 : Double.NEGATIVE_INFINITY);
            Arrays.fill(result.longs, 0, n, least);
            window(d, h, w, xAt + c, n);
            if (average) {
                double divisor = (double) taps(0, d) * taps(1, h) * taps(2, w);
                for (int i = 0; i < n; i++) {
                    result.doubles[i] /= divisor;
                }
            }
            result.store(arithmetic, y, yAt + c, 1, n);
        }
    }

    /** Taps along an axis that lie inside the image, or inside the padded one where padding counts. */
    private int taps(int axis, int output) {
        int count = 0;
        for (int tap = 0; tap < windows[axis].kernel(); tap++) {
            int position = windows[axis].position(output, tap);
            boolean counts = countIncludePad
                    ? position + windows[axis].padBefore() < padded[axis]
                    : position >= 0 && position < in[axis];
            count += counts ? 1 : 0;
        }
        return count;
    }

    private void window(int d, int h, int w, int xAt, int n) {
        for (int i = 0; i < windows[0].kernel(); i++) {
            int xd = windows[0].position(d, i);
            if (xd < 0 || xd >= in[0]) {
                continue;
            }
            for (int j = 0; j < windows[1].kernel(); j++) {
                int xh = windows[1].position(h, j);
                if (xh < 0 || xh >= in[1]) {
                    continue;
                }
                for (int k = 0; k < windows[2].kernel(); k++) {
                    int xw = windows[2].position(w, k);
                    if (xw >= 0 && xw < in[2]) {
                        take(xAt + ((xd * in[1] + xh) * in[2] + xw) * channels, n);
                    }
                }
            }
        }
    }

    private void take(int at, int n) {
        chunk.load(arithmetic, x, at, 1, n);
        if (arithmetic == Chunk.Arithmetic.DOUBLE) {
            for (int i = 0; i < n; i++) {
                result.doubles[i] = DoubleFns.reduce(fn, result.doubles[i], chunk.doubles[i]);
            }
        } else {
            for (int i = 0; i < n; i++) {
                result.longs[i] = LongFns.reduce(fn, result.longs[i], chunk.longs[i], unsigned);
            }
        }
    }
}
