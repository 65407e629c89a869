package dev.lanewise.runtime.scalar;

import static dev.lanewise.runtime.scalar.Fma.fma;

import dev.lanewise.runtime.kernel.NormKernels;

/** Normalisations of rows as plain loops. Sums run as {@link ScalarReduce} says. */
public final class ScalarNorm implements NormKernels {

    private static final int LANES = 16;

    @Override
    public void softmax(float[] x, int xOff, float[] y, int yOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = yOff + row * n;
            float max = ScalarReduce.max(x, from, n);
            for (int i = 0; i < n; i++) {
                y[to + i] = ScalarMath.exp(x[from + i] - max);
            }
            float factor = 1f / ScalarReduce.sum(y, to, n);
            for (int i = to; i < to + n; i++) {
                y[i] *= factor;
            }
        }
    }

    @Override
    public void logSoftmax(float[] x, int xOff, float[] y, int yOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = yOff + row * n;
            float max = ScalarReduce.max(x, from, n);
            float log = ScalarMath.log(sumExp(x, from, n, max));
            for (int i = 0; i < n; i++) {
                y[to + i] = x[from + i] - max - log;
            }
        }
    }

    @Override
    public void layerNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float[] bias, int biasOff,
            float epsilon, float[] y, int yOff, int rows, int n,
            float[] stats, int meanOff, int invStdOff) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            float mean = ScalarReduce.sum(x, from, n) / n;
            float variance = sumSquareDeviation(x, from, n, mean) / n;
            float factor = 1f / (float) Math.sqrt(variance + epsilon);
            if (stats != null) {
                stats[meanOff + row] = mean;
                stats[invStdOff + row] = factor;
            }
            int to = yOff + row * n;
            if (bias == null) {
                for (int i = 0; i < n; i++) {
                    y[to + i] = (x[from + i] - mean) * factor * scale[scaleOff + i];
                }
            } else {
                for (int i = 0; i < n; i++) {
                    float unit = (x[from + i] - mean) * factor;
                    y[to + i] = fma(unit, scale[scaleOff + i], bias[biasOff + i]);
                }
            }
        }
    }

    @Override
    public void rmsNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float epsilon,
            float[] y, int yOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = yOff + row * n;
            float square = ScalarReduce.sumSquare(x, from, n) / n;
            float factor = 1f / (float) Math.sqrt(square + epsilon);
            for (int i = 0; i < n; i++) {
                y[to + i] = x[from + i] * factor * scale[scaleOff + i];
            }
        }
    }

    /** Σ e^(x − max) */
    private static float sumExp(float[] x, int xOff, int n, float max) {
        int tail = n & -LANES;
        float y0 = sumExpLane(x, xOff, tail, max);
        float y1 = sumExpLane(x, xOff + 1, tail, max);
        float y2 = sumExpLane(x, xOff + 2, tail, max);
        float y3 = sumExpLane(x, xOff + 3, tail, max);
        float y = (y0 + y2) + (y1 + y3);
        for (int i = tail; i < n; i++) {
            y = y + ScalarMath.exp(x[xOff + i] - max);
        }
        return y;
    }

    private static float sumExpLane(float[] x, int xOff, int n, float max) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = xOff; i < xOff + n; i += LANES) {
            a = a + ScalarMath.exp(x[i] - max);
            b = b + ScalarMath.exp(x[i + 8] - max);
            c = c + ScalarMath.exp(x[i + 4] - max);
            d = d + ScalarMath.exp(x[i + 12] - max);
        }
        return (a + b) + (c + d);
    }

    /** Σ (x − mean)² */
    private static float sumSquareDeviation(float[] x, int xOff, int n, float mean) {
        int tail = n & -LANES;
        float y0 = sumSquareDeviationLane(x, xOff, tail, mean);
        float y1 = sumSquareDeviationLane(x, xOff + 1, tail, mean);
        float y2 = sumSquareDeviationLane(x, xOff + 2, tail, mean);
        float y3 = sumSquareDeviationLane(x, xOff + 3, tail, mean);
        float y = (y0 + y2) + (y1 + y3);
        for (int i = tail; i < n; i++) {
            float u = x[xOff + i] - mean;
            y = fma(u, u, y);
        }
        return y;
    }

    private static float sumSquareDeviationLane(float[] x, int xOff, int n, float mean) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = xOff; i < xOff + n; i += LANES) {
            float ua = x[i] - mean;
            float ub = x[i + 8] - mean;
            float uc = x[i + 4] - mean;
            float ud = x[i + 12] - mean;
            a = fma(ua, ua, a);
            b = fma(ub, ub, b);
            c = fma(uc, uc, c);
            d = fma(ud, ud, d);
        }
        return (a + b) + (c + d);
    }

    @Override
    public void softmaxGradient(
            float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        ScalarNormGradients.softmax(y, yOff, dy, dyOff, dx, dxOff, rows, n);
    }

    @Override
    public void logSoftmaxGradient(
            float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        ScalarNormGradients.logSoftmax(y, yOff, dy, dyOff, dx, dxOff, rows, n);
    }

    @Override
    public void layerNormGradient(
            float[] x, int xOff, float[] scale, int scaleOff, float[] mean, int meanOff, float[] inverse,
            int inverseOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        ScalarNormGradients.layerNorm(
                x, xOff, scale, scaleOff, mean, meanOff, inverse, inverseOff, dy, dyOff, dx, dxOff, rows, n);
    }

    @Override
    public void scaleGradient(
            float[] x, int xOff, float[] mean, int meanOff, float[] inverse, int inverseOff, float[] dy, int dyOff,
            float[] dscale, int dscaleOff, float[] dbias, int dbiasOff, int rows, int n, int from, int to) {
        ScalarNormGradients.scale(
                x, xOff, mean, meanOff, inverse, inverseOff, dy, dyOff, dscale, dscaleOff, dbias, dbiasOff, rows, n,
                from, to);
    }
}
