package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.AttentionKernels;

/** Attention with vectors: {@link AttentionStrips} for many queries, {@link AttentionRows} for few. */
public final class VectorAttention implements AttentionKernels {

    private final AttentionRows rows = new AttentionRows();

    @Override
    public void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride,
            int pastKeys, float[] pastK, int pastKOff, float[] pastV, int pastVOff,
            float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] scratch, int scratchOff) {
        if (queries <= AttentionRows.MOST) {
            rows.attend(
                    shape, queries, keys, q, qOff, qStride,
                    pastKeys, pastK, pastKOff, pastV, pastVOff, k, kOff, kStride, v, vOff, vStride,
                    bias, biasOff, biasStride, lastKeyOfFirstQuery, out, outOff, outStride, scratch, scratchOff);
        } else {
            AttentionStrips.attend(
                    shape, queries, keys, q, qOff, qStride,
                    pastKeys, pastK, pastKOff, pastV, pastVOff, k, kOff, kStride, v, vOff, vStride,
                    bias, biasOff, biasStride, lastKeyOfFirstQuery, out, outOff, outStride, scratch, scratchOff);
        }
    }
}
