package dev.lanewise.runtime.scalar;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.runtime.scalar.Fma.fma;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import java.util.Arrays;

/**
 * The gradients of attention as plain loops: blocks of keys outside, one query after the other inside.
 *
 * <p>Scratch, in floats:
 *
 * <pre>
 * weights   [64]                 scores, then weights, of a query
 * ds        [64]                 gradients of weights, then of scores
 * slopes    [64]                 of the cap
 * dk        [64, headDim]        sums of a block of keys
 * dv        [64, valueDim]
 * products  [queries]            dy · y
 * dq        [queries, headDim]   running sums
 * </pre>
 */
final class ScalarAttentionGradients {

    private ScalarAttentionGradients() {}

    static void gradients(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] logSums, int logSumsOff, float[] y, int yOff, float[] dy, int dyOff, int yStride,
            float[] dq, int dqOff, float[] dk, int dkOff, float[] dv, int dvOff, float[] s, int scratchOff) {
        int dim = shape.headDim();
        int valueDim = shape.valueDim();
        int ds = scratchOff + BLOCK;
        int slopes = ds + BLOCK;
        int blockDk = slopes + BLOCK;
        int blockDv = blockDk + BLOCK * dim;
        int products = blockDv + BLOCK * valueDim;
        int sums = products + queries;

        for (int i = 0; i < queries; i++) {
            s[products + i] = ScalarNormGradients.sumProducts(
                    dy, dyOff + i * yStride, y, yOff + i * yStride, 0f, valueDim);
        }
        Arrays.fill(s, sums, sums + queries * dim, 0f);
        int seen = AttentionKernels.visibleKeys(queries - 1, keys, lastKeyOfFirstQuery);
        for (int t = 0; t < seen; t += BLOCK) {
            Arrays.fill(s, blockDk, products, 0f);
            for (int i = 0; i < queries; i++) {
                int n = Math.min(BLOCK, AttentionKernels.visibleKeys(i, keys, lastKeyOfFirstQuery) - t);
                if (n <= 0) {
                    continue;
                }
                int query = qOff + i * qStride;
                int gradient = dyOff + i * yStride;
                ScalarAttention.scores(shape, q, query, k, kOff + t * kStride, kStride, s, scratchOff, n);
                slopes(shape.softcap(), s, scratchOff, slopes, n);
                if (bias != null) {
                    ScalarBinary.add(s, scratchOff, bias, biasOff + i * biasStride + t, s, scratchOff, n);
                }
                ScalarAttention.products(
                        valueDim, 1f, dy, gradient, v, vOff + t * vStride, vStride, s, ds, n);
                for (int j = 0; j < n; j++) {
                    float p = ScalarMath.weight(s[scratchOff + j] - logSums[logSumsOff + i]);
                    float g = p * (s[ds + j] - s[products + i]);
                    g = shape.softcap() == 0f ? g : g * s[slopes + j];
                    s[scratchOff + j] = p;
                    s[ds + j] = g;
                    ScalarAttention.addWeighted(g, k, kOff + (t + j) * kStride, s, sums + i * dim, dim);
                    ScalarAttention.addWeighted(g, q, query, s, blockDk + j * dim, dim);
                    ScalarAttention.addWeighted(p, dy, gradient, s, blockDv + j * valueDim, valueDim);
                }
            }
            for (int j = 0; j < Math.min(BLOCK, seen - t); j++) {
                int keyRow = dkOff + (t + j) * kStride;
                int valueRow = dvOff + (t + j) * vStride;
                addScaled(s, blockDk + j * dim, shape.scale(), dk, keyRow, dim);
                ScalarBinary.add(s, blockDv + j * valueDim, dv, valueRow, dv, valueRow, valueDim);
            }
        }
        for (int i = 0; i < queries; i++) {
            int row = dqOff + i * qStride;
            Arrays.fill(dq, row, row + dim, 0f);
            addScaled(s, sums + i * dim, shape.scale(), dq, row, dim);
        }
    }

    /** 1 − (x / softcap)²: by what a change of the scores changes what is behind the cap. */
    private static void slopes(float softcap, float[] s, int x, int slopes, int n) {
        float inverse = 1f / softcap;
        for (int j = 0; softcap != 0f && j < n; j++) {
            float u = s[x + j] * inverse;
            s[slopes + j] = fma(-u, u, 1f);
        }
    }

    /** Leaves no −0. */
    private static void addScaled(float[] x, int xOff, float scale, float[] y, int yOff, int n) {
        for (int d = 0; d < n; d++) {
            y[yOff + d] = fma(x[xOff + d], scale, y[yOff + d]) + 0f;
        }
    }
}
