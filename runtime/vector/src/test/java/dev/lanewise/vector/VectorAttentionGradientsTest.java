package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Gradients of attention: the scalar twin's bits, and those of sums in double. */
class VectorAttentionGradientsTest {

    private static final int PAD = 7;

    private final AttentionKernels scalar = ScalarKernels.INSTANCE.attention();
    private final AttentionKernels vector = new VectorAttention();

    @Test
    void everySize() {
        for (int keys : Twins.SIZES) {
            check(new AttentionShape(32, 32, 0.17f, 0f), 5, keys, false, keys);
            check(new AttentionShape(16, 24, 0.25f, 0f), 33, keys, true, keys);
        }
        for (int queries : Twins.SIZES) {
            check(new AttentionShape(20, 16, 0.25f, 0f), queries, 40, true, 40);
        }
        for (int dim : Twins.SIZES) {
            check(new AttentionShape(dim, dim, 0.3f, 0f), 6, 70, true, 70);
            check(new AttentionShape(3, dim, -0.3f, 0f), 36, 20, false, 2);
        }
    }

    @Test
    void usualHeads() {
        for (int dim : new int[] {8, 32, 64, 80, 128}) {
            AttentionShape shape = new AttentionShape(dim, dim, (float) (1 / Math.sqrt(dim)), 0f);
            check(shape, 1, 200, false, 200);
            check(shape, 129, 129, false, 0);
            check(shape, 10, 200, true, 190);
        }
    }

    @Test
    void causal() {
        for (int last : new int[] {-70, -5, -1, 0, 1, 62, 63, 64, 100, Integer.MAX_VALUE}) {
            check(new AttentionShape(16, 16, 0.25f, 0f), 9, 150, false, last);
            check(new AttentionShape(16, 20, 0.25f, 0f), 66, 66, true, last);
            check(new AttentionShape(32, 48, 0.25f, 0f), 150, 140, false, last);
        }
    }

    @Test
    void softcap() {
        check(new AttentionShape(16, 16, 2f, 5f), 9, 150, false, 150);
        check(new AttentionShape(16, 16, 2f, 5f), 39, 150, true, 100);
    }

    /** Large scores: what is left of a weight is small beside the sum it is computed from. */
    @Test
    void sharpWeights() {
        check(new AttentionShape(40, 40, 30f, 0f), 40, 90, false, 60);
    }

    private void check(AttentionShape shape, int queries, int keys, boolean masked, int last) {
        int dim = shape.headDim();
        int valueDim = shape.valueDim();
        float[] q = Twins.values(1, queries * (dim + 3) + PAD);
        float[] k = Twins.values(2, keys * (dim + 1) + PAD);
        float[] v = Twins.values(3, keys * (valueDim + 2) + PAD);
        float[] bias = masked ? bias(queries, keys) : null;
        float[] dy = Twins.values(8, queries * (valueDim + 4) + PAD);
        float[] y = Twins.values(7, queries * (valueDim + 4) + PAD);
        float[] sums = new float[queries + PAD];
        scalar.attend(
                shape, queries, keys, q, 3, dim + 3, 0, k, 0, v, 0, k, 2, dim + 1, v, 1, valueDim + 2,
                bias, 4, keys + 5, last, y, PAD, valueDim + 4, sums, 2,
                new float[AttentionKernels.scratchFloats(shape, queries)], 0);
        float[][][] results = new float[2][][];
        for (AttentionKernels kernels : new AttentionKernels[] {scalar, vector}) {
            float[] scratch = Twins.specials(6, AttentionKernels.gradientScratchFloats(shape, queries) + 2 * PAD);
            float[] scratchBefore = scratch.clone();
            float[] dq = Twins.values(9, q.length);
            float[] dk = Twins.values(10, k.length);
            float[] dv = Twins.values(11, v.length);
            kernels.gradients(
                    shape, queries, keys, q, 3, dim + 3, k, 2, dim + 1, v, 1, valueDim + 2,
                    bias, 4, keys + 5, last, sums, 2, y, PAD, dy, PAD, valueDim + 4,
                    dq, 3, dk, 2, dv, 1, scratch, PAD);
            results[kernels == scalar ? 0 : 1] = new float[][] {dq, dk, dv};
            String what = shape + ", " + queries + " queries, " + keys + " keys, last " + last;
            Twins.assertOnly(what + " dq", Twins.values(9, q.length), dq, 3, queries, dim, dim + 3);
            Twins.assertOnly(what + " dk", Twins.values(10, k.length), dk, 2, keys, dim, dim + 1);
            Twins.assertOnly(what + " dv", Twins.values(11, v.length), dv, 1, keys, valueDim, valueDim + 2);
            Twins.assertOnly(what + " scratch", scratchBefore, scratch, PAD, 1, scratch.length - 2 * PAD,
                    scratch.length);
        }
        String what = shape + ", " + queries + " queries, " + keys + " keys, last " + last;
        for (int i = 0; i < 3; i++) {
            Twins.assertSameBits(what + " gradient " + i, results[0][i], results[1][i]);
        }
        double[][] expected = inDouble(shape, queries, keys, q, k, v, bias, dy, last);
        assertClose(what + " dq", expected[0], results[0][0], 3, dim + 3, dim, null);
        assertClose(what + " dk", expected[1], results[0][1], 2, dim + 1, dim, Twins.values(10, k.length));
        assertClose(what + " dv", expected[2], results[0][2], 1, valueDim + 2, valueDim, Twins.values(11, v.length));
    }

    private static float[] bias(int queries, int keys) {
        float[] bias = Twins.values(4, queries * (keys + 5) + PAD);
        for (int i = 0; i < bias.length; i++) {
            boolean wholeRow = i / (keys + 5) == 2;
            boolean firstBlocks = i / (keys + 5) == 3 && i % (keys + 5) < keys - 1;
            if (wholeRow || firstBlocks || i % 5 == 0) {
                bias[i] = Float.NEGATIVE_INFINITY;
            }
        }
        return bias;
    }

    /** @return dq, dk, dv [rows, dim] */
    private static double[][] inDouble(
            AttentionShape shape, int queries, int keys, float[] q, float[] k, float[] v, float[] bias, float[] dy,
            int last) {
        int dim = shape.headDim();
        int valueDim = shape.valueDim();
        double[][] gradients = {new double[queries * dim], new double[keys * dim], new double[keys * valueDim]};
        for (int i = 0; i < queries; i++) {
            int visible = AttentionKernels.visibleKeys(i, keys, last);
            double[] p = new double[visible];
            double[] slope = new double[visible];
            double[] dp = new double[visible];
            double max = Double.NEGATIVE_INFINITY;
            for (int t = 0; t < visible; t++) {
                for (int d = 0; d < dim; d++) {
                    p[t] += (double) q[3 + i * (dim + 3) + d] * k[2 + t * (dim + 1) + d];
                }
                p[t] *= shape.scale();
                double tanh = shape.softcap() == 0 ? 0 : Math.tanh(p[t] / shape.softcap());
                p[t] = shape.softcap() == 0 ? p[t] : shape.softcap() * tanh;
                slope[t] = 1 - tanh * tanh;
                p[t] += bias == null ? 0 : bias[4 + i * (keys + 5) + t];
                max = Math.max(max, p[t]);
                for (int d = 0; d < valueDim; d++) {
                    dp[t] += (double) dy[PAD + i * (valueDim + 4) + d] * v[1 + t * (valueDim + 2) + d];
                }
            }
            double sum = 0;
            for (int t = 0; t < visible; t++) {
                p[t] = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(p[t] - max);
                sum += p[t];
            }
            double mean = 0;
            for (int t = 0; t < visible; t++) {
                p[t] /= sum == 0 ? 1 : sum;
                mean += p[t] * dp[t];
            }
            for (int t = 0; t < visible; t++) {
                double ds = p[t] * (dp[t] - mean) * slope[t] * shape.scale();
                for (int d = 0; d < dim; d++) {
                    gradients[0][i * dim + d] += ds * k[2 + t * (dim + 1) + d];
                    gradients[1][t * dim + d] += ds * q[3 + i * (dim + 3) + d];
                }
                for (int d = 0; d < valueDim; d++) {
                    gradients[2][t * valueDim + d] += p[t] * dy[PAD + i * (valueDim + 4) + d];
                }
            }
        }
        return gradients;
    }

    private static void assertClose(
            String what, double[] expected, float[] found, int off, int stride, int n, float[] before) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (int i = 0; i < expected.length; i++) {
            int at = off + i / n * stride + i % n;
            double added = before == null ? found[at] : (double) found[at] - before[at];
            assertEquals(expected[i], added, 2e-5 * Math.max(1, largest), what + " at " + i);
        }
    }
}
