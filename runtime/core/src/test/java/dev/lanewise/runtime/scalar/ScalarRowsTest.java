package dev.lanewise.runtime.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reductions, norms and attention against their formulas in double. */
class ScalarRowsTest {

    private static final int[] SIZES = {1, 3, 15, 16, 17, 32, 33, 100, 257};

    private static float[] values(long seed, int n) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() * 4 - 2;
        }
        return x;
    }

    private static double reduce(ReduceFn fn, float[] x, int off, int n, int step) {
        double y = ScalarReduce.neutral(fn);
        for (int i = off; i < off + n * step; i += step) {
            y = switch (fn) {
                case SUM -> y + x[i];
                case SUM_SQUARE -> y + (double) x[i] * x[i];
                case SUM_ABS -> y + Math.abs(x[i]);
                case PROD -> y * x[i];
                case MAX -> Math.max(y, x[i]);
                case MIN -> Math.min(y, x[i]);
            };
        }
        return y;
    }

    @Test
    void reductions() {
        ScalarReduce kernels = new ScalarReduce();
        for (ReduceFn fn : ReduceFn.values()) {
            assertEquals(ScalarReduce.neutral(fn), kernels.row(fn, new float[0], 0, 0));
            for (int n : SIZES) {
                float[] x = values(n, 5 * n + 3);
                double expected = reduce(fn, x, 2, n, 1);
                double tolerance = 1e-6 * Math.max(n, Math.abs(expected));
                assertEquals(expected, kernels.row(fn, x, 2, n), tolerance, () -> fn + " " + n);
                float[] y = new float[n];
                kernels.columns(fn, x, 2, 5, n, n, y, 0);
                for (int i = 0; i < n; i++) {
                    assertEquals(reduce(fn, x, 2 + i, 5, n), y[i], 1e-5, () -> fn + " columns");
                }
            }
        }
    }

    @Test
    void softmaxAndItsLogarithm() {
        for (int n : SIZES) {
            float[] x = values(n, n);
            double sum = 0;
            for (float v : x) {
                sum += Math.exp(v);
            }
            float[] y = new float[n];
            new ScalarNorm().softmax(x, 0, y, 0, 1, n);
            float[] log = new float[n];
            new ScalarNorm().logSoftmax(x, 0, log, 0, 1, n);
            for (int i = 0; i < n; i++) {
                assertEquals(Math.exp(x[i]) / sum, y[i], 1e-6);
                assertEquals(x[i] - Math.log(sum), log[i], 2e-6);
            }
        }
    }

    @Test
    void norms() {
        for (int n : SIZES) {
            float[] x = values(n, n);
            float[] scale = values(n + 1, n);
            float[] bias = values(n + 2, n);
            double mean = reduce(ReduceFn.SUM, x, 0, n, 1) / n;
            double square = reduce(ReduceFn.SUM_SQUARE, x, 0, n, 1) / n;
            double invStd = 1 / Math.sqrt(square - mean * mean + 1e-3);
            double invRms = 1 / Math.sqrt(square + 1e-3);
            float[] y = new float[n];
            float[] plain = new float[n];
            float[] rms = new float[n];
            float[] stats = new float[2];
            ScalarNorm norm = new ScalarNorm();
            norm.layerNorm(x, 0, scale, 0, bias, 0, 1e-3f, y, 0, 1, n, stats, 0, 1);
            norm.layerNorm(x, 0, scale, 0, null, 0, 1e-3f, plain, 0, 1, n, null, 0, 0);
            norm.rmsNorm(x, 0, scale, 0, 1e-3f, rms, 0, 1, n);
            assertEquals(mean, stats[0], 1e-6);
            assertEquals(invStd, stats[1], 1e-4);
            for (int i = 0; i < n; i++) {
                double unit = (x[i] - mean) * invStd * scale[i];
                assertEquals(unit + bias[i], y[i], 1e-4);
                assertEquals(unit, plain[i], 1e-4);
                assertEquals(x[i] * invRms * scale[i], rms[i], 1e-5);
            }
        }
    }

    @Test
    void attention() {
        for (int keys : new int[] {1, 5, 64, 65, 200}) {
            for (int last : new int[] {keys, 0, keys - 4}) {
                attention(new AttentionShape(8, 5, 0.35f, 0f), 4, keys, last, false);
                attention(new AttentionShape(8, 5, 0.35f, 3f), 4, keys, last, true);
            }
        }
    }

    private void attention(AttentionShape shape, int queries, int keys, int last, boolean masked) {
        int dim = shape.headDim();
        int valueDim = shape.valueDim();
        float[] q = values(1, queries * dim);
        float[] k = values(2, keys * dim);
        float[] v = values(3, keys * valueDim);
        float[] bias = masked ? values(4, keys) : null;
        for (int t = 0; masked && t < keys; t += 3) {
            bias[t] = Float.NEGATIVE_INFINITY;
        }
        float[] out = new float[queries * valueDim];
        float[] scratch = new float[AttentionKernels.scratchFloats(shape, queries)];
        new ScalarAttention().attend(
                shape, queries, keys, q, 0, dim, 0, k, 0, v, 0, k, 0, dim, v, 0, valueDim,
                bias, 0, 0, last, out, 0, valueDim, null, 0, scratch, 0);
        for (int i = 0; i < queries; i++) {
            double[] expected = new double[valueDim];
            double sum = 0;
            for (int t = 0; t < keys && t <= (long) last + i; t++) {
                double score = 0;
                for (int d = 0; d < dim; d++) {
                    score += (double) q[i * dim + d] * k[t * dim + d];
                }
                score *= shape.scale();
                if (shape.softcap() != 0) {
                    score = shape.softcap() * Math.tanh(score / shape.softcap());
                }
                double weight = Math.exp(score + (masked ? bias[t] : 0));
                sum += weight;
                for (int d = 0; d < valueDim; d++) {
                    expected[d] += weight * v[t * valueDim + d];
                }
            }
            for (int d = 0; d < valueDim; d++) {
                double want = sum == 0 ? 0 : expected[d] / sum;
                assertEquals(want, out[i * valueDim + d], 3e-6, shape + " keys " + keys);
            }
        }
    }
}
