package dev.lanewise.runtime.kernel;

/**
 * Scaled dot-product attention of one head (Vaswani et al. 2017), computed in blocks of keys with an
 * online softmax (Milakov, Gimelshein 2018), so that the score matrix is never stored.
 *
 * <p>Order: keys are taken in blocks of {@link #BLOCK}. A score is Σ_d q[d] · k[t, d] by the tree of
 * sixteen accumulators (see {@link Kernels}), times scale, soft-capped, plus bias. Per block: m′ =
 * max(m, block maximum); the running sum and output are multiplied by e^(m − m′) (not where m is −∞);
 * then for t ascending the sum takes in e^(s − m′) and each output element fma(e^(s − m′), v[t, d],
 * out). At the end out · (1 / sum); a row in which every key is masked gives zeros.
 */
public interface AttentionKernels {

    /** Keys per block of the online softmax; a power of two. Part of the numeric definition. */
    int BLOCK = 64;

    /** What is fixed for a call. Prepared once; immutable. */
    record AttentionShape(int headDim, int valueDim, float scale, float softcap) {}

    /**
     * One head of one batch element.
     *
     * @param q [queries, headDim], rows {@code qStride} apart
     * @param k [keys, headDim], rows {@code kStride} apart
     * @param v [keys, valueDim], rows {@code vStride} apart
     * @param bias [queries, keys] added to the scores, rows {@code biasStride} apart (0 where all
     *     queries share one row); −∞ masks; {@code null} for none
     * @param lastKeyOfFirstQuery with causal attention query i sees keys 0 … lastKeyOfFirstQuery + i;
     *     {@code keys} or more where attention is not causal
     * @param out [queries, valueDim], rows {@code outStride} apart; overlaps no other argument
     * @param scratch at least {@link #BLOCK} floats from {@code scratchOff}
     */
    void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] scratch, int scratchOff);
}
