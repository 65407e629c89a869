package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * ONNX Resize of x to y's extents, one axis after another, from tables made when shapes change.
 *
 * <p>Order of operations, which fixes the bits: first the axes that shrink, from the innermost to the
 * outermost, then in the same order the others; so no intermediate is larger than the larger of x and y.
 * Each element is the sum over ascending source elements of weight · element, every product and sum
 * rounded: f32 in float, with weights rounded to float; other types in double, rounded once at the end,
 * integers towards zero and to the nearest value that the type has. Nearest copies elements of any type.
 */
final class ResizeStep extends Step {

    private static final int INTS = 5;
    private static final int FLOATS = 2;

    private final StepArgs args;
    private final Operand x;
    private final Operand y;
    /** {@code null} where nothing is computed. */
    private final Operand scratch;
    private final ResizeAxis.Mode mode;
    private final float extrapolation;
    private final ResizeAxis[] axes;
    /** Axes that change, in the order of the passes. */
    private final int[] order;
    private int passes;
    /** [axis] extents between passes. */
    private final int[] extent;
    private final int[] counter;
    private final Buffer extrapolated;
    /** Elements of half the scratch. */
    private int half;
    /** Axes up to here are walked by nearest; those behind are copied as they are. */
    private int walked;

    ResizeStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        y = args.out(0);
        args.requireSameType(x, y);
        args.requireRank(y, x.rank());
        mode = args.constant(0, ResizeAxis.Mode.values());
        ResizeAxis.Coordinates coordinates = args.constant(1, ResizeAxis.Coordinates.values());
        ResizeAxis.Rule rule = new ResizeAxis.Rule(
                mode, coordinates, args.constant(2, ResizeAxis.Nearest.values()), args.flag(3), args.flag(INTS - 1),
                args.number(0));
        extrapolation = args.number(1);
        scratch = mode == ResizeAxis.Mode.NEAREST
                ? null : args.require(args.out(1), x.type == DType.F32 ? DType.F32 : DType.F64);
        int rank = x.rank();
        boolean crop = coordinates == ResizeAxis.Coordinates.TF_CROP_AND_RESIZE;
        axes = new ResizeAxis[rank];
        for (int a = 0; a < rank; a++) {
            float scale = args.number(FLOATS + a);
            if (!(scale >= 0 && scale < Float.POSITIVE_INFINITY)) {
                throw args.bad("floats", "a scale of " + scale);
            }
            axes[a] = new ResizeAxis(rule, scale,
                    crop ? args.number(FLOATS + rank + a) : 0, crop ? args.number(FLOATS + 2 * rank + a) : 1);
        }
        order = new int[rank];
        extent = new int[rank];
        counter = new int[rank];
        extrapolated = Buffer.allocate(x.type.storage(), 1);
        Rounding.store(x.type, extrapolation, extrapolated, 0);
    }

    @Override
    public void reshape() {
        passes = 0;
        walked = -1;
        if (y.size == 0) {
            return;
        }
        for (int a = 0; a < axes.length; a++) {
            axes[a].prepare(x.shape[a], y.shape[a]);
            if (!axes[a].identity) {
                walked = a;
            }
        }
        addPasses(true);
        addPasses(false);
        half = Math.max(x.size, y.size);
        if (scratch != null && scratch.size < 2L * half) {
            throw args.misfit("scratch of " + scratch.size + " elements; expected at least " + 2L * half);
        }
    }

    private void addPasses(boolean shrinking) {
        for (int a = axes.length - 1; a >= 0; a--) {
            if (!axes[a].identity && y.shape[a] < x.shape[a] == shrinking) {
                order[passes++] = a;
            }
        }
    }

    @Override
    public void run() {
        if (y.size == 0) {
            return;
        }
        if (walked < 0) {
            x.buffer.copy(x.offset, y.buffer, y.offset, y.size);
        } else if (mode == ResizeAxis.Mode.NEAREST) {
            runNearest();
        } else if (x.type == DType.F32) {
            runFloats();
        } else {
            runDoubles();
        }
        for (int a = 0; a <= walked; a++) {
            if (axes[a].anyOutside) {
                extrapolate(a);
            }
        }
    }

    /** Walks the axes that change and copies what lies inside them in one run. */
    private void runNearest() {
        int run = y.product(walked + 1, y.rank());
        int rows = y.size / run;
        for (int a = 0; a <= walked; a++) {
            counter[a] = 0;
        }
        int last = y.shape[walked];
        int[] place = axes[walked].first;
        for (int row = 0; row < rows; row += last) {
            int from = x.offset;
            for (int a = 0; a < walked; a++) {
                from += (axes[a].identity ? counter[a] : axes[a].first[counter[a]]) * x.stride(a);
            }
            int to = y.offset + row * run;
            for (int j = 0; j < last; j++) {
                x.buffer.copy(from + place[j] * run, y.buffer, to + j * run, run);
            }
            for (int a = walked - 1; a >= 0 && ++counter[a] == y.shape[a]; a--) {
                counter[a] = 0;
            }
        }
    }

    private void runFloats() {
        System.arraycopy(x.shape, 0, extent, 0, extent.length);
        float[] source = x.buffer.floats;
        int from = x.offset;
        for (int p = 0; p < passes; p++) {
            boolean last = p == passes - 1;
            float[] target = last ? y.buffer.floats : scratch.buffer.floats;
            int to = last ? y.offset : scratch.offset + (p & 1) * half;
            ResizeAxis axis = axes[order[p]];
            int inner = product(order[p] + 1, extent.length);
            int outer = product(0, order[p]);
            int n = extent[order[p]];
            int m = y.shape[order[p]];
            for (int o = 0; o < outer; o++) {
                pass(axis, source, from + o * n * inner, target, to + o * m * inner, m, inner);
            }
            extent[order[p]] = m;
            source = target;
            from = to;
        }
    }

    private static void pass(ResizeAxis axis, float[] x, int from, float[] y, int to, int m, int inner) {
        for (int j = 0; j < m; j++) {
            int taps = axis.begin[j + 1] - axis.begin[j];
            int w = axis.begin[j];
            int at = from + axis.first[j] * inner;
            int out = to + j * inner;
            if (taps == 2) {
                blend(x, at, axis.floatWeights[w], axis.floatWeights[w + 1], y, out, inner);
                continue;
            }
            scale(x, at, axis.floatWeights[w], y, out, inner);
            for (int t = 1; t < taps; t++) {
                add(x, at + t * inner, axis.floatWeights[w + t], y, out, inner);
            }
        }
    }

    private static void blend(float[] x, int at, float w0, float w1, float[] y, int out, int n) {
        for (int i = 0; i < n; i++) {
            y[out + i] = w0 * x[at + i] + w1 * x[at + n + i];
        }
    }

    private static void scale(float[] x, int at, float w, float[] y, int out, int n) {
        for (int i = 0; i < n; i++) {
            y[out + i] = w * x[at + i];
        }
    }

    private static void add(float[] x, int at, float w, float[] y, int out, int n) {
        for (int i = 0; i < n; i++) {
            y[out + i] += w * x[at + i];
        }
    }

    /** As {@link #runFloats}, from and to the type at hand. */
    private void runDoubles() {
        System.arraycopy(x.shape, 0, extent, 0, extent.length);
        double[] work = scratch.buffer.doubles;
        int from = scratch.offset;
        for (int i = 0; i < x.size; i++) {
            work[from + i] = Rounding.load(x.type, x.buffer, x.offset + i);
        }
        for (int p = 0; p < passes; p++) {
            int to = scratch.offset + (1 - (p & 1)) * half;
            ResizeAxis axis = axes[order[p]];
            int inner = product(order[p] + 1, extent.length);
            int outer = product(0, order[p]);
            int n = extent[order[p]];
            int m = y.shape[order[p]];
            for (int o = 0; o < outer; o++) {
                pass(axis, work, from + o * n * inner, to + o * m * inner, m, inner);
            }
            extent[order[p]] = m;
            from = to;
        }
        for (int i = 0; i < y.size; i++) {
            Rounding.store(y.type, work[from + i], y.buffer, y.offset + i);
        }
    }

    private static void pass(ResizeAxis axis, double[] work, int from, int to, int m, int inner) {
        for (int j = 0; j < m; j++) {
            int at = from + axis.first[j] * inner;
            for (int i = 0; i < inner; i++) {
                double sum = 0;
                for (int w = axis.begin[j], t = 0; w < axis.begin[j + 1]; w++, t++) {
                    sum += axis.weights[w] * work[at + t * inner + i];
                }
                work[to + j * inner + i] = sum;
            }
        }
    }

    private int product(int begin, int end) {
        int product = 1;
        for (int a = begin; a < end; a++) {
            product *= extent[a];
        }
        return product;
    }

    private void extrapolate(int axis) {
        int inner = y.product(axis + 1, y.rank());
        int outer = y.product(0, axis);
        int n = y.shape[axis];
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < n; j++) {
                if (axes[axis].outside[j]) {
                    y.buffer.fill(y.offset + (o * n + j) * inner, inner, extrapolated, 0);
                }
            }
        }
    }
}
