package dev.lanewise.runtime.scalar;

import static dev.lanewise.runtime.scalar.Fma.fma;

import dev.lanewise.runtime.kernel.AttentionKernels;
import java.util.Arrays;

/**
 * Attention as plain loops: one query after the other, in blocks of keys. Of the scratch it uses
 * the first {@link #BLOCK} floats, for the scores and then the weights of a block.
 */
public final class ScalarAttention implements AttentionKernels {

    @Override
    public void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride,
            int pastKeys, float[] pastK, int pastKOff, float[] pastV, int pastVOff,
            float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] logSums, int logSumsOff,
            float[] scratch, int scratchOff) {
        int valueDim = shape.valueDim();
        for (int i = 0; i < queries; i++) {
            int visible = AttentionKernels.visibleKeys(i, keys, lastKeyOfFirstQuery);
            int to = outOff + i * outStride;
            Arrays.fill(out, to, to + valueDim, 0f);
            float max = Float.NEGATIVE_INFINITY;
            float sum = 0f;
            for (int t = 0; t < visible; t += BLOCK) {
                int n = Math.min(BLOCK, visible - t);
                int past = AttentionKernels.pastOf(t, n, pastKeys);
                int query = qOff + i * qStride;
                scores(shape, q, query, pastK, pastKOff + t * kStride, kStride, scratch, scratchOff, past);
                scores(shape, q, query, k, kOff + (t + past) * kStride, kStride,
                        scratch, scratchOff + past, n - past);
                if (bias != null) {
                    int from = biasOff + i * biasStride + t;
                    ScalarBinary.add(scratch, scratchOff, bias, from, scratch, scratchOff, n);
                }
                float newMax = Math.max(max, ScalarReduce.max(scratch, scratchOff, n));
                if (newMax == Float.NEGATIVE_INFINITY) {
                    continue; // every key so far is masked
                }
                float decay = ScalarMath.weight(max - newMax);
                float blockSum = weights(scratch, scratchOff, n, newMax);
                sum = fma(sum, decay, blockSum);
                ScalarBinary.mul(out, to, decay, out, to, valueDim);
                for (int j = 0; j < past; j++) {
                    addWeighted(scratch[scratchOff + j], pastV, pastVOff + (t + j) * vStride, out, to, valueDim);
                }
                for (int j = past; j < n; j++) {
                    addWeighted(scratch[scratchOff + j], v, vOff + (t + j) * vStride, out, to, valueDim);
                }
                max = newMax;
            }
            ScalarBinary.mul(out, to, sum == 0f ? 0f : 1f / sum, out, to, valueDim);
            if (logSums != null) {
                logSums[logSumsOff + i] = logSum(max, sum);
            }
        }
    }

    /** The logarithm of a sum of e^(s − max) times e^max, +∞ of none. */
    public static float logSum(float max, float sum) {
        return sum == 0f ? Float.POSITIVE_INFINITY : ScalarMath.log(sum) + max;
    }

    @Override
    public void gradients(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] logSums, int logSumsOff, float[] y, int yOff, float[] dy, int dyOff, int yStride,
            float[] dq, int dqOff, float[] dk, int dkOff, float[] dv, int dvOff, float[] scratch, int scratchOff) {
        ScalarAttentionGradients.gradients(
                shape, queries, keys, q, qOff, qStride, k, kOff, kStride, v, vOff, vStride,
                bias, biasOff, biasStride, lastKeyOfFirstQuery, logSums, logSumsOff, y, yOff, dy, dyOff, yStride,
                dq, dqOff, dk, dkOff, dv, dvOff, scratch, scratchOff);
    }

    /** Scores of n keys without their bias. */
    static void scores(
            AttentionShape shape, float[] q, int qOff, float[] k, int kOff, int kStride,
            float[] s, int sOff, int n) {
        products(shape.headDim(), shape.scale(), q, qOff, k, kOff, kStride, s, sOff, n);
        if (shape.softcap() != 0f) {
            ScalarUnary.scaledTanh(shape.softcap(), 1f / shape.softcap(), s, sOff, s, sOff, n);
        }
    }

    /** s[t] = scale · Σ_d q[d] · k[t, d], four chains at a time. */
    static void products(
            int dim, float scale, float[] q, int qOff, float[] k, int kOff, int kStride, float[] s, int sOff, int n) {
        int t = 0;
        for (; t + 4 <= n; t += 4) {
            int k0 = kOff + t * kStride;
            int k1 = k0 + kStride;
            int k2 = k1 + kStride;
            int k3 = k2 + kStride;
            float s0 = 0f;
            float s1 = 0f;
            float s2 = 0f;
            float s3 = 0f;
            for (int d = 0; d < dim; d++) {
                float x = q[qOff + d];
                s0 = fma(x, k[k0 + d], s0);
                s1 = fma(x, k[k1 + d], s1);
                s2 = fma(x, k[k2 + d], s2);
                s3 = fma(x, k[k3 + d], s3);
            }
            s[sOff + t] = s0 * scale;
            s[sOff + t + 1] = s1 * scale;
            s[sOff + t + 2] = s2 * scale;
            s[sOff + t + 3] = s3 * scale;
        }
        for (; t < n; t++) {
            int row = kOff + t * kStride;
            float sum = 0f;
            for (int d = 0; d < dim; d++) {
                sum = fma(q[qOff + d], k[row + d], sum);
            }
            s[sOff + t] = sum * scale;
        }
    }

    /**
     * Turns n scores into weights e^(s − max), with zeros up to a multiple of sixteen; their sum.
     */
    private static float weights(float[] s, int sOff, int n, float max) {
        for (int i = sOff; i < sOff + n; i++) {
            s[i] = ScalarMath.weight(s[i] - max);
        }
        int whole = n + 15 & -16;
        Arrays.fill(s, sOff + n, sOff + whole, 0f);
        return ScalarReduce.sum(s, sOff, whole);
    }

    static void addWeighted(
            float weight, float[] v, int vOff, float[] out, int outOff, int n) {
        for (int d = 0; d < n; d++) {
            out[outOff + d] = fma(weight, v[vOff + d], out[outOff + d]);
        }
    }
}
