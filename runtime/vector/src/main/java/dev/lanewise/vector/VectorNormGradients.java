package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarMath;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Gradients of normalisations with vectors; what is left after whole vectors is done one by one. Allocates nothing. */
final class VectorNormGradients {

    private VectorNormGradients() {}

    static void softmax(float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        int end = n & -LANES;
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            float sum = RowSums.sumProducts(dy, dyOff + at, y, yOff + at, 0f, n);
            for (int i = at; i < at + end; i += LANES) {
                FloatVector d = FloatVector.fromArray(SPECIES, dy, dyOff + i).sub(sum);
                d.mul(FloatVector.fromArray(SPECIES, y, yOff + i)).intoArray(dx, dxOff + i);
            }
            for (int i = at + end; i < at + n; i++) {
                dx[dxOff + i] = y[yOff + i] * (dy[dyOff + i] - sum);
            }
        }
    }

    static void logSoftmax(float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        int end = n & -LANES;
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            float sum = VectorReduce.sum(dy, dyOff + at, n);
            FloatVector factor = FloatVector.broadcast(SPECIES, -sum);
            VectorExp.exp(y, yOff + at, dx, dxOff + at, end);
            for (int i = at; i < at + end; i += LANES) {
                FloatVector e = FloatVector.fromArray(SPECIES, dx, dxOff + i);
                e.fma(factor, FloatVector.fromArray(SPECIES, dy, dyOff + i)).intoArray(dx, dxOff + i);
            }
            for (int i = at + end; i < at + n; i++) {
                dx[dxOff + i] = Fma.fma(-sum, ScalarMath.exp(y[yOff + i]), dy[dyOff + i]);
            }
        }
    }

    static void layerNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float[] mean, int meanOff, float[] inverse,
            int inverseOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        int end = n & -LANES;
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = dxOff + row * n;
            float center = mean == null ? 0f : mean[meanOff + row];
            float r = inverse[inverseOff + row];
            VectorBinary.mul(dy, dyOff + row * n, scale, scaleOff, dx, to, end);
            for (int i = end; i < n; i++) {
                dx[to + i] = dy[dyOff + row * n + i] * scale[scaleOff + i];
            }
            float s = mean == null ? 0f : VectorReduce.sum(dx, to, n) / n;
            float q = RowSums.sumProducts(dx, to, x, from, center, n) * r * r / n;
            FloatVector minusQ = FloatVector.broadcast(SPECIES, -q);
            for (int i = 0; i < end; i += LANES) {
                FloatVector d = FloatVector.fromArray(SPECIES, x, from + i).sub(center);
                FloatVector g = FloatVector.fromArray(SPECIES, dx, to + i).sub(s);
                d.fma(minusQ, g).mul(r).intoArray(dx, to + i);
            }
            for (int i = end; i < n; i++) {
                dx[to + i] = Fma.fma(x[from + i] - center, -q, dx[to + i] - s) * r;
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
        int whole = to - from & -LANES;
        for (int row = 0; row < rows; row++) {
            float center = mean == null ? 0f : mean[meanOff + row];
            float r = inverse[inverseOff + row];
            int xAt = xOff + row * n + from;
            int dyAt = dyOff + row * n + from;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector unit = FloatVector.fromArray(SPECIES, x, xAt + i).sub(center).mul(r);
                FloatVector d = FloatVector.fromArray(SPECIES, dy, dyAt + i);
                unit.fma(d, FloatVector.fromArray(SPECIES, dscale, dscaleOff + from + i))
                        .intoArray(dscale, dscaleOff + from + i);
            }
            for (int i = whole; i < to - from; i++) {
                float unit = (x[xAt + i] - center) * r;
                dscale[dscaleOff + from + i] = Fma.fma(dy[dyAt + i], unit, dscale[dscaleOff + from + i]);
            }
            if (dbias != null) {
                VectorBinary.add(dbias, dbiasOff + from, dy, dyAt, dbias, dbiasOff + from, whole);
                for (int i = whole; i < to - from; i++) {
                    dbias[dbiasOff + from + i] += dy[dyAt + i];
                }
            }
        }
    }
}
