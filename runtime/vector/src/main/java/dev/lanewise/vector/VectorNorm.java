package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarMath;
import jdk.incubator.vector.FloatVector;

/** Normalisations of rows with vectors; what is left after whole vectors is done one by one. */
public final class VectorNorm implements NormKernels {

    @Override
    public void softmax(float[] x, int xOff, float[] y, int yOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = yOff + row * n;
            float max = RowSums.maxNumber(x, from, n);
            multiply(y, to, n, 1f / RowSums.expAndSum(x, from, max, y, to, n));
        }
    }

    private static void multiply(float[] y, int yOff, int n, float factor) {
        int end = n & -LANES;
        VectorBinary.mul(y, yOff, factor, y, yOff, end);
        for (int i = end; i < n; i++) {
            y[yOff + i] *= factor;
        }
    }

    @Override
    public void logSoftmax(float[] x, int xOff, float[] y, int yOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            float max = RowSums.maxNumber(x, from, n);
            float log = ScalarMath.log(RowSums.sumExp(x, from, max, n));
            subtract(x, from, max, log, y, yOff + row * n, n);
        }
    }

    /** y = (x − max) − log */
    private static void subtract(
            float[] x, int xOff, float max, float log, float[] y, int yOff, int n) {
        int end = n & -LANES;
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.sub(max).sub(log).intoArray(y, yOff + i);
        }
        for (int i = end; i < n; i++) {
            y[yOff + i] = x[xOff + i] - max - log;
        }
    }

    @Override
    public void layerNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float[] bias, int biasOff,
            float epsilon, float[] y, int yOff, int rows, int n,
            float[] stats, int meanOff, int invStdOff) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            int to = yOff + row * n;
            float mean = VectorReduce.sum(x, from, n) / n;
            float variance = RowSums.sumSquareDeviation(x, from, n, mean) / n;
            float factor = 1f / (float) Math.sqrt(variance + epsilon);
            if (stats != null) {
                stats[meanOff + row] = mean;
                stats[invStdOff + row] = factor;
            }
            if (bias == null) {
                scale(x, from, mean, factor, scale, scaleOff, y, to, n);
            } else {
                scaleAndShift(x, from, mean, factor, scale, scaleOff, bias, biasOff, y, to, n);
            }
        }
    }

    /** y = (x − mean) · factor · scale */
    private static void scale(
            float[] x, int xOff, float mean, float factor, float[] scale, int scaleOff,
            float[] y, int yOff, int n) {
        int end = n & -LANES;
        for (int i = 0; i < end; i += LANES) {
            FloatVector unit = FloatVector.fromArray(SPECIES, x, xOff + i).sub(mean).mul(factor);
            unit.mul(FloatVector.fromArray(SPECIES, scale, scaleOff + i)).intoArray(y, yOff + i);
        }
        for (int i = end; i < n; i++) {
            y[yOff + i] = (x[xOff + i] - mean) * factor * scale[scaleOff + i];
        }
    }

    /** y = fma((x − mean) · factor, scale, bias) */
    private static void scaleAndShift(
            float[] x, int xOff, float mean, float factor, float[] scale, int scaleOff,
            float[] bias, int biasOff, float[] y, int yOff, int n) {
        int end = n & -LANES;
        for (int i = 0; i < end; i += LANES) {
            FloatVector unit = FloatVector.fromArray(SPECIES, x, xOff + i).sub(mean).mul(factor);
            FloatVector s = FloatVector.fromArray(SPECIES, scale, scaleOff + i);
            unit.fma(s, FloatVector.fromArray(SPECIES, bias, biasOff + i)).intoArray(y, yOff + i);
        }
        for (int i = end; i < n; i++) {
            float unit = (x[xOff + i] - mean) * factor;
            y[yOff + i] = Fma.fma(unit, scale[scaleOff + i], bias[biasOff + i]);
        }
    }

    @Override
    public void rmsNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float epsilon,
            float[] y, int yOff, int rows, int n) {
        for (int row = 0; row < rows; row++) {
            int from = xOff + row * n;
            float square = VectorReduce.sumSquare(x, from, n) / n;
            float factor = 1f / (float) Math.sqrt(square + epsilon);
            multiplyBoth(x, from, factor, scale, scaleOff, y, yOff + row * n, n);
        }
    }

    /** y = x · factor · scale */
    private static void multiplyBoth(
            float[] x, int xOff, float factor, float[] scale, int scaleOff,
            float[] y, int yOff, int n) {
        int end = n & -LANES;
        for (int i = 0; i < end; i += LANES) {
            FloatVector unit = FloatVector.fromArray(SPECIES, x, xOff + i).mul(factor);
            unit.mul(FloatVector.fromArray(SPECIES, scale, scaleOff + i)).intoArray(y, yOff + i);
        }
        for (int i = end; i < n; i++) {
            y[yOff + i] = x[xOff + i] * factor * scale[scaleOff + i];
        }
    }

    @Override
    public void softmaxGradient(
            float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        VectorNormGradients.softmax(y, yOff, dy, dyOff, dx, dxOff, rows, n);
    }

    @Override
    public void logSoftmaxGradient(
            float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        VectorNormGradients.logSoftmax(y, yOff, dy, dyOff, dx, dxOff, rows, n);
    }

    @Override
    public void layerNormGradient(
            float[] x, int xOff, float[] scale, int scaleOff, float[] mean, int meanOff, float[] inverse,
            int inverseOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n) {
        VectorNormGradients.layerNorm(
                x, xOff, scale, scaleOff, mean, meanOff, inverse, inverseOff, dy, dyOff, dx, dxOff, rows, n);
    }

    @Override
    public void scaleGradient(
            float[] x, int xOff, float[] mean, int meanOff, float[] inverse, int inverseOff, float[] dy, int dyOff,
            float[] dscale, int dscaleOff, float[] dbias, int dbiasOff, int rows, int n, int from, int to) {
        VectorNormGradients.scale(
                x, xOff, mean, meanOff, inverse, inverseOff, dy, dyOff, dscale, dscaleOff, dbias, dbiasOff, rows, n,
                from, to);
    }
}
