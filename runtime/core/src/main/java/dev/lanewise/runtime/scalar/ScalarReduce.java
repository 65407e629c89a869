package dev.lanewise.runtime.scalar;

import static dev.lanewise.runtime.scalar.Fma.fma;

import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.ReduceKernels;
import java.util.Arrays;

/**
 * Reductions as plain loops.
 *
 * <p>The sixteen accumulators of a row are taken four at a time: lane j of the tree, once it is
 * four wide, holds ((j) + (j + 8)) + ((j + 4) + (j + 12)), which one pass over the row computes
 * with four chains. Four passes of four chains need no array and keep the adders busy.
 */
public final class ScalarReduce implements ReduceKernels {

    /** Accumulators of a row, see {@link dev.lanewise.runtime.kernel.Kernels}. */
    private static final int LANES = 16;

    @Override
    public float row(ReduceFn fn, float[] x, int xOff, int n) {
        return switch (fn) {
            case SUM -> sum(x, xOff, n);
            case SUM_SQUARE -> sumSquare(x, xOff, n);
            case SUM_ABS -> sumAbs(x, xOff, n);
            case PROD -> prod(x, xOff, n);
            case MAX -> max(x, xOff, n);
            case MIN -> min(x, xOff, n);
        };
    }

    static float sum(float[] x, int xOff, int n) {
        int tail = n & -LANES;
        float y0 = sumLane(x, xOff, tail);
        float y1 = sumLane(x, xOff + 1, tail);
        float y2 = sumLane(x, xOff + 2, tail);
        float y3 = sumLane(x, xOff + 3, tail);
        float y = (y0 + y2) + (y1 + y3);
        for (int i = tail; i < n; i++) {
            y = y + x[xOff + i];
        }
        return y;
    }

    private static float sumLane(float[] x, int xOff, int n) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = a + x[i];
            b = b + x[i + 8];
            c = c + x[i + 4];
            d = d + x[i + 12];
        }
        return (a + b) + (c + d);
    }

    static float sumSquare(float[] x, int xOff, int n) {
        int tail = n & -LANES;
        float y0 = sumSquareLane(x, xOff, tail);
        float y1 = sumSquareLane(x, xOff + 1, tail);
        float y2 = sumSquareLane(x, xOff + 2, tail);
        float y3 = sumSquareLane(x, xOff + 3, tail);
        float y = (y0 + y2) + (y1 + y3);
        for (int i = tail; i < n; i++) {
            y = fma(x[xOff + i], x[xOff + i], y);
        }
        return y;
    }

    private static float sumSquareLane(float[] x, int xOff, int n) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = fma(x[i], x[i], a);
            b = fma(x[i + 8], x[i + 8], b);
            c = fma(x[i + 4], x[i + 4], c);
            d = fma(x[i + 12], x[i + 12], d);
        }
        return (a + b) + (c + d);
    }

    static float sumAbs(float[] x, int xOff, int n) {
        int tail = n & -LANES;
        float y0 = sumAbsLane(x, xOff, tail);
        float y1 = sumAbsLane(x, xOff + 1, tail);
        float y2 = sumAbsLane(x, xOff + 2, tail);
        float y3 = sumAbsLane(x, xOff + 3, tail);
        float y = (y0 + y2) + (y1 + y3);
        for (int i = tail; i < n; i++) {
            y = y + Math.abs(x[xOff + i]);
        }
        return y;
    }

    private static float sumAbsLane(float[] x, int xOff, int n) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = a + Math.abs(x[i]);
            b = b + Math.abs(x[i + 8]);
            c = c + Math.abs(x[i + 4]);
            d = d + Math.abs(x[i + 12]);
        }
        return (a + b) + (c + d);
    }

    static float prod(float[] x, int xOff, int n) {
        int tail = n & -LANES;
        float y0 = prodLane(x, xOff, tail);
        float y1 = prodLane(x, xOff + 1, tail);
        float y2 = prodLane(x, xOff + 2, tail);
        float y3 = prodLane(x, xOff + 3, tail);
        float y = (y0 * y2) * (y1 * y3);
        for (int i = tail; i < n; i++) {
            y = y * x[xOff + i];
        }
        return y;
    }

    private static float prodLane(float[] x, int xOff, int n) {
        float a = 1f;
        float b = 1f;
        float c = 1f;
        float d = 1f;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = a * x[i];
            b = b * x[i + 8];
            c = c * x[i + 4];
            d = d * x[i + 12];
        }
        return (a * b) * (c * d);
    }

    static float max(float[] x, int xOff, int n) {
        int tail = n & -LANES;
        float y0 = maxLane(x, xOff, tail);
        float y1 = maxLane(x, xOff + 1, tail);
        float y2 = maxLane(x, xOff + 2, tail);
        float y3 = maxLane(x, xOff + 3, tail);
        float y = Math.max(Math.max(y0, y2), Math.max(y1, y3));
        for (int i = tail; i < n; i++) {
            y = Math.max(y, x[xOff + i]);
        }
        return y;
    }

    private static float maxLane(float[] x, int xOff, int n) {
        float a = Float.NEGATIVE_INFINITY;
        float b = Float.NEGATIVE_INFINITY;
        float c = Float.NEGATIVE_INFINITY;
        float d = Float.NEGATIVE_INFINITY;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = Math.max(a, x[i]);
            b = Math.max(b, x[i + 8]);
            c = Math.max(c, x[i + 4]);
            d = Math.max(d, x[i + 12]);
        }
        return Math.max(Math.max(a, b), Math.max(c, d));
    }

    static float min(float[] x, int xOff, int n) {
        int tail = n & -LANES;
        float y0 = minLane(x, xOff, tail);
        float y1 = minLane(x, xOff + 1, tail);
        float y2 = minLane(x, xOff + 2, tail);
        float y3 = minLane(x, xOff + 3, tail);
        float y = Math.min(Math.min(y0, y2), Math.min(y1, y3));
        for (int i = tail; i < n; i++) {
            y = Math.min(y, x[xOff + i]);
        }
        return y;
    }

    private static float minLane(float[] x, int xOff, int n) {
        float a = Float.POSITIVE_INFINITY;
        float b = Float.POSITIVE_INFINITY;
        float c = Float.POSITIVE_INFINITY;
        float d = Float.POSITIVE_INFINITY;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = Math.min(a, x[i]);
            b = Math.min(b, x[i + 8]);
            c = Math.min(c, x[i + 4]);
            d = Math.min(d, x[i + 12]);
        }
        return Math.min(Math.min(a, b), Math.min(c, d));
    }

    @Override
    public void columns(
            ReduceFn fn, float[] x, int xOff, int rows, int stride, int n, float[] y, int yOff) {
        Arrays.fill(y, yOff, yOff + n, neutral(fn));
        for (int row = 0; row < rows; row++) {
            int i = xOff + row * stride;
            switch (fn) {
                case SUM -> sumInto(x, i, n, y, yOff);
                case SUM_SQUARE -> sumSquareInto(x, i, n, y, yOff);
                case SUM_ABS -> sumAbsInto(x, i, n, y, yOff);
                case PROD -> prodInto(x, i, n, y, yOff);
                case MAX -> maxInto(x, i, n, y, yOff);
                case MIN -> minInto(x, i, n, y, yOff);
            }
        }
    }

    /** What an empty reduction gives. */
    public static float neutral(ReduceFn fn) {
        return switch (fn) {
            case SUM, SUM_SQUARE, SUM_ABS -> 0f;
            case PROD -> 1f;
            case MAX -> Float.NEGATIVE_INFINITY;
            case MIN -> Float.POSITIVE_INFINITY;
        };
    }

    private static void sumInto(float[] x, int xOff, int n, float[] y, int yOff) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = y[yOff + i] + x[xOff + i];
        }
    }

    private static void sumSquareInto(float[] x, int xOff, int n, float[] y, int yOff) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = fma(x[xOff + i], x[xOff + i], y[yOff + i]);
        }
    }

    private static void sumAbsInto(float[] x, int xOff, int n, float[] y, int yOff) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = y[yOff + i] + Math.abs(x[xOff + i]);
        }
    }

    private static void prodInto(float[] x, int xOff, int n, float[] y, int yOff) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = y[yOff + i] * x[xOff + i];
        }
    }

    private static void maxInto(float[] x, int xOff, int n, float[] y, int yOff) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.max(y[yOff + i], x[xOff + i]);
        }
    }

    private static void minInto(float[] x, int xOff, int n, float[] y, int yOff) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(y[yOff + i], x[xOff + i]);
        }
    }
}
