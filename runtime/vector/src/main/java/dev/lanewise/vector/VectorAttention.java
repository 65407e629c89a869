package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.AttentionKernels;

/**
 * Attention with vectors: {@link AttentionStrips} for many queries, {@link AttentionRows} for few, {@link
 * AttentionGradientStrips} for gradients.
 */
public final class VectorAttention implements AttentionKernels {

    private final AttentionRows rows = new AttentionRows();

    @Override
    public void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride,
            int pastKeys, float[] pastK, int pastKOff, float[] pastV, int pastVOff,
            float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] logSums, int logSumsOff,
            float[] scratch, int scratchOff) {
        if (queries <= AttentionRows.MOST) {
            rows.attend(
                    shape, queries, keys, q, qOff, qStride,
                    pastKeys, pastK, pastKOff, pastV, pastVOff, k, kOff, kStride, v, vOff, vStride,
                    bias, biasOff, biasStride, lastKeyOfFirstQuery, out, outOff, outStride,
                    logSums, logSumsOff, scratch, scratchOff);
        } else {
            AttentionStrips.attend(
                    shape, queries, keys, q, qOff, qStride,
                    pastKeys, pastK, pastKOff, pastV, pastVOff, k, kOff, kStride, v, vOff, vStride,
                    bias, biasOff, biasStride, lastKeyOfFirstQuery, out, outOff, outStride,
                    logSums, logSumsOff, scratch, scratchOff);
        }
    }

    @Override
    public void gradients(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] logSums, int logSumsOff, float[] y, int yOff, float[] dy, int dyOff, int yStride,
            float[] dq, int dqOff, float[] dk, int dkOff, float[] dv, int dvOff, float[] scratch, int scratchOff) {
        AttentionGradientStrips.gradients(
                shape, queries, keys, q, qOff, qStride, k, kOff, kStride, v, vOff, vStride,
                bias, biasOff, biasStride, lastKeyOfFirstQuery, logSums, logSumsOff, y, yOff, dy, dyOff, yStride,
                dq, dqOff, dk, dkOff, dv, dvOff, scratch, scratchOff);
    }
}
