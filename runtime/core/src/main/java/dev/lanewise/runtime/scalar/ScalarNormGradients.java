package dev.lanewise.runtime.scalar;

import static dev.lanewise.runtime.scalar.Fma.fma;

import java.util.Arrays;

/** Gradients of normalisations in plain loops. Allocates nothing. */
final class ScalarNormGradients {

    private static final int LANES = 16;

    private ScalarNormGradients() {}

    static void softmax(float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            float sum = sumProducts(dy, dyOff + at, y, yOff + at, 0f, n);
            for (int i = at; i < at + n; i++) {
                dx[dxOff + i] = y[yOff + i] * (dy[dyOff + i] - sum);
            }
        }
    }

    static void logSoftmax(float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            float sum = ScalarReduce.sum(dy, dyOff + at, n);
            for (int i = at; i < at + n; i++) {
                dx[dxOff + i] = fma(-sum, ScalarMath.exp(y[yOff + i]), dy[dyOff + i]);
            }
        }
    }

    static void layerNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float[] mean, int meanOff, float[] inverse,
            int inverseOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = dxOff + row * n;
            float center = mean == null ? 0f : mean[meanOff + row];
            float r = inverse[inverseOff + row];
            for (int i = 0; i < n; i++) {
                dx[to + i] = dy[dyOff + row * n + i] * scale[scaleOff + i];
            }
            float s = mean == null ? 0f : ScalarReduce.sum(dx, to, n) / n;
            float q = sumProducts(dx, to, x, from, center, n) * r * r / n;
            for (int i = 0; i < n; i++) {
                dx[to + i] = fma(x[from + i] - center, -q, dx[to + i] - s) * r;
            }
        }
    }

    static void scale(
            float[] x, int xOff, float[] mean, int meanOff, float[] inverse, int inverseOff, float[] dy, int dyOff,
            float[] dscale, int dscaleOff, float[] dbias, int dbiasOff, int rows, int n, int from, int to) {
        Arrays.fill(dscale, dscaleOff + from, dscaleOff + to, 0f);
        if (dbias != null) {
            Arrays.fill(dbias, dbiasOff + from, dbiasOff + to, 0f);
        }
        for (int row = 0; row < rows; row++) {
            float center = mean == null ? 0f : mean[meanOff + row];
            float r = inverse[inverseOff + row];
            int at = row * n;
            for (int i = from; i < to; i++) {
                float unit = (x[xOff + at + i] - center) * r;
                dscale[dscaleOff + i] = fma(dy[dyOff + at + i], unit, dscale[dscaleOff + i]);
            }
            for (int i = from; i < to && dbias != null; i++) {
                dbias[dbiasOff + i] += dy[dyOff + at + i];
            }
        }
    }

    /** {@code Σ a · (b − center)} */
    static float sumProducts(float[] a, int aOff, float[] b, int bOff, float center, int n) {
        int tail = n & -LANES;
        float y0 = lane(a, aOff, b, bOff, center, tail);
        float y1 = lane(a, aOff + 1, b, bOff + 1, center, tail);
        float y2 = lane(a, aOff + 2, b, bOff + 2, center, tail);
        float y3 = lane(a, aOff + 3, b, bOff + 3, center, tail);
        float y = (y0 + y2) + (y1 + y3);
        for (int i = tail; i < n; i++) {
            y = fma(a[aOff + i], b[bOff + i] - center, y);
        }
        return y;
    }

    private static float lane(float[] x, int xOff, float[] z, int zOff, float center, int n) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = 0; i < n; i += LANES) {
            a = fma(x[xOff + i], z[zOff + i] - center, a);
            b = fma(x[xOff + i + 8], z[zOff + i + 8] - center, b);
            c = fma(x[xOff + i + 4], z[zOff + i + 4] - center, c);
            d = fma(x[xOff + i + 12], z[zOff + i + 12] - center, d);
        }
        return (a + b) + (c + d);
    }
}
