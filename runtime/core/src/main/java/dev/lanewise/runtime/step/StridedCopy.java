package dev.lanewise.runtime.step;

import dev.lanewise.formats.Limits;
import dev.lanewise.runtime.kernel.LayoutKernels;
import dev.lanewise.runtime.plan.Buffer;

/**
 * Copies a box of elements from one array to another, each axis with a stride of its own on either
 * side: what TRANSPOSE, SLICE, CONCAT, EXPAND, PAD and the slices of REPEAT have in common. A source
 * stride may be 0 (one element repeated) or negative.
 *
 * <p>Use: {@link #begin()}, {@link #axis} from the outermost to the innermost, {@link #prepare()};
 * then any number of {@link #run}. Nothing allocates. Addresses are the caller's to check; the two
 * boxes must not overlap.
 *
 * <p>Axes of one element are dropped and neighbours that continue each other are merged, so that most
 * copies come down to a few long runs.
 */
final class StridedCopy {

    /** A plane that swaps rows and columns is copied in squares of this side, which stay in cache. */
    private static final int TILE = 32;

    /** Runs at least this long go to {@link System#arraycopy}; below, a loop is faster than the call. */
    private static final int LONG_RUN = 12;

    /** [axis], outermost first. */
    private final int[] extent = new int[Limits.RANK + 1];
    private final int[] fromStride = new int[Limits.RANK + 1];
    private final int[] toStride = new int[Limits.RANK + 1];
    private final int[] counter = new int[Limits.RANK + 1];
    private int rank;
    private boolean empty;
    private boolean tiled;
    /** Whether rows of the source are columns of the destination. */
    private boolean transposed;
    private final LayoutKernels layout;

    StridedCopy() {
        this(null);
    }

    /** @param layout transposes planes of floats, or {@code null} */
    StridedCopy(LayoutKernels layout) {
        this.layout = layout;
    }

    StridedCopy begin() {
        rank = 0;
        empty = false;
        return this;
    }

    /** Adds the next inner axis. */
    StridedCopy axis(int n, int from, int to) {
        if (n == 0) {
            empty = true;
        }
        if (n == 1 || empty) {
            return this;
        }
        if (rank > 0 && fromStride[rank - 1] == from * n && toStride[rank - 1] == to * n) {
            rank--;
            n *= extent[rank];
        }
        extent[rank] = n;
        fromStride[rank] = from;
        toStride[rank] = to;
        rank++;
        return this;
    }

    /** Orders the loops. */
    void prepare() {
        while (rank < 2) { // a row is a plane of one row, an element a row of one
            System.arraycopy(extent, 0, extent, 1, rank);
            System.arraycopy(fromStride, 0, fromStride, 1, rank);
            System.arraycopy(toStride, 0, toStride, 1, rank);
            extent[0] = 1;
            fromStride[0] = 0;
            toStride[0] = 0;
            rank++;
        }
        tiled = false;
        transposed = false;
        for (int axis = 0; axis < rank - 1 && fromStride[rank - 1] != 1; axis++) {
            if (fromStride[axis] == 1) {
                swap(axis, rank - 2); // the source's contiguous axis beside the destination's
                tiled = extent[rank - 2] > TILE / 2 && extent[rank - 1] > TILE / 2;
                transposed = toStride[rank - 1] == 1;
                break;
            }
        }
    }

    private void swap(int a, int b) {
        swap(extent, a, b);
        swap(fromStride, a, b);
        swap(toStride, a, b);
    }

    private static void swap(int[] values, int a, int b) {
        int held = values[a];
        values[a] = values[b];
        values[b] = held;
    }

    /** Copies; {@code fromAt} and {@code toAt} are the addresses of the box's first element. */
    void run(Buffer from, int fromAt, Buffer to, int toAt) {
        if (empty) {
            return;
        }
        int outer = rank - 2;
        for (int axis = 0; axis < outer; axis++) {
            counter[axis] = 0;
        }
        int f = fromAt;
        int t = toAt;
        while (true) {
            if (transposed && layout != null && from.floats != null) {
                layout.transpose(
                        extent[outer + 1], extent[outer], from.floats, f, fromStride[outer + 1], to.floats, t,
                        toStride[outer]);
            } else if (tiled) {
                tiles(from, f, to, t);
            } else {
                plane(from, f, to, t, extent[outer], extent[outer + 1]);
            }
            int axis = outer - 1;
            while (axis >= 0 && ++counter[axis] == extent[axis]) {
                counter[axis] = 0;
                f -= (extent[axis] - 1) * fromStride[axis];
                t -= (extent[axis] - 1) * toStride[axis];
                axis--;
            }
            if (axis < 0) {
                return;
            }
            f += fromStride[axis];
            t += toStride[axis];
        }
    }

    private void tiles(Buffer from, int f, Buffer to, int t) {
        int r = rank - 2;
        int c = rank - 1;
        for (int i = 0; i < extent[r]; i += TILE) {
            int rows = Math.min(TILE, extent[r] - i);
            for (int j = 0; j < extent[c]; j += TILE) {
                plane(from, f + i * fromStride[r] + j * fromStride[c],
                        to, t + i * toStride[r] + j * toStride[c],
                        rows, Math.min(TILE, extent[c] - j));
            }
        }
    }

    private void plane(Buffer from, int f, Buffer to, int t, int rows, int n) {
        int fr = fromStride[rank - 2];
        int tr = toStride[rank - 2];
        int fc = fromStride[rank - 1];
        int tc = toStride[rank - 1];
        if (fc == 1 && tc == 1 && n >= LONG_RUN) {
            for (int i = 0; i < rows; i++) {
                from.copy(f + i * fr, to, t + i * tr, n);
            }
            return;
        }
        switch (from.storage()) {
            case FLOATS -> plane(from.floats, f, fr, fc, to.floats, t, tr, tc, rows, n);
            case DOUBLES -> plane(from.doubles, f, fr, fc, to.doubles, t, tr, tc, rows, n);
            case LONGS -> plane(from.longs, f, fr, fc, to.longs, t, tr, tc, rows, n);
            case INTS -> plane(from.ints, f, fr, fc, to.ints, t, tr, tc, rows, n);
            case SHORTS -> plane(from.shorts, f, fr, fc, to.shorts, t, tr, tc, rows, n);
            case BYTES -> plane(from.bytes, f, fr, fc, to.bytes, t, tr, tc, rows, n);
        }
    }

    // One loop six times: Java has no other way to be fast over six kinds of array.

    private static void plane(
            float[] x, int f, int fr, int fc, float[] y, int t, int tr, int tc, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + i * tr + j * tc] = x[f + i * fr + j * fc];
            }
        }
    }

    private static void plane(
            double[] x, int f, int fr, int fc, double[] y, int t, int tr, int tc, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + i * tr + j * tc] = x[f + i * fr + j * fc];
            }
        }
    }

    private static void plane(
            long[] x, int f, int fr, int fc, long[] y, int t, int tr, int tc, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + i * tr + j * tc] = x[f + i * fr + j * fc];
            }
        }
    }

    private static void plane(
            int[] x, int f, int fr, int fc, int[] y, int t, int tr, int tc, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + i * tr + j * tc] = x[f + i * fr + j * fc];
            }
        }
    }

    private static void plane(
            short[] x, int f, int fr, int fc, short[] y, int t, int tr, int tc, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + i * tr + j * tc] = x[f + i * fr + j * fc];
            }
        }
    }

    private static void plane(
            byte[] x, int f, int fr, int fc, byte[] y, int t, int tr, int tc, int rows, int n) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + i * tr + j * tc] = x[f + i * fr + j * fc];
            }
        }
    }
}
