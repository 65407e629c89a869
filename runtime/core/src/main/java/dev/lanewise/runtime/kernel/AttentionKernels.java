package dev.lanewise.runtime.kernel;

/**
 * Scaled dot-product attention of one head (Vaswani et al. 2017), computed in blocks of keys with an
 * online softmax (Milakov, Gimelshein 2018), so that the score matrix is never stored.
 *
 * <p>The numbers, for one query and the keys t that it sees, {@link #BLOCK} at a time in ascending
 * order, starting from m = −∞, sum = 0, out = 0:
 *
 * <pre>
 * s[t]   = (Σ_d q[d] · k[t, d], d ascending, fused, from +0) · scale
 * s[t]   = softcap · tanh(s[t] · (1 / softcap)), where softcap is not 0
 * s[t]   = s[t] + bias[t], where there is one
 * m'     = max(m, s[t] of the block); while it is −∞ the block leaves no trace
 * w[t]   = e^(s[t] − m')
 * sum    = fma(sum, e^(m − m'), Σ w[t]): element i of the block to accumulator i % 16, then the tree
 *          (see {@link Kernels}; accumulators of a last, incomplete sixteen are just not added to)
 * out[d] = out[d] · e^(m − m'), then fma(w[t], v[t, d], out[d]) for t ascending
 * </pre>
 *
 * where e^x is {@link dev.lanewise.runtime.scalar.ScalarMath#weight}. At the end out · (1 / sum), or
 * zeros where sum is 0: every key was masked. A key masked by a bias of −∞ has weight +0 and is
 * multiplied like any other, so its value must be finite; a key beyond the causal limit is not touched.
 * Scores accumulate in lanes of their own rather than by a tree over d: a tree of shuffles for each
 * score costs more than the products at usual head sizes.
 *
 * <p>The gradients (Dao, Fu, Ermon, Rudra, Ré 2022, appendix B) compute the weights anew from log Σ e^s, one number
 * for each query, so that the weights are never stored either. With dy the gradient of out, for query i and each
 * key t that it sees:
 *
 * <pre>
 * D        = Σ_d dy[i, d] · out[i, d], summed as the rows of {@link NormKernels#softmaxGradient} are
 * p[i, t]  = e^(s[t] − logSum[i]), s as above
 * dp[i, t] = Σ_d dy[i, d] · v[t, d], d ascending, fused, from +0
 * ds[i, t] = p · (dp − D), where softcap is not 0 times fma(−u, u, 1), u being s without its bias · (1 / softcap)
 * dq[i, d] = fma(Σ_t ds[i, t] · k[t, d], scale, +0)                 t ascending, fused, from +0
 * dk[t, d] = fma(Σ_i ds[i, t] · q[i, d], scale, dk[t, d]) + 0       i ascending, fused, from +0
 * dv[t, d] = Σ_i p[i, t] · dy[i, d] + dv[t, d]                      i ascending, fused, from +0
 * </pre>
 *
 * Pairs of a query and a key that it does not see may be taken in with p = ds = 0: only the sign of a zero would
 * show it, and what is added last is never −0. So their rows must be finite.
 */
public interface AttentionKernels {

    /** Keys per block of the online softmax; a power of two. Part of the numeric definition. */
    int BLOCK = 64;

    /**
     * What is fixed for a call. Prepared once; immutable.
     *
     * @param softcap bound of the scores, or 0 for none
     */
    record AttentionShape(int headDim, int valueDim, float scale, float softcap) {}

    /**
     * One head of one batch element.
     *
     * @param q [queries, headDim], rows {@code qStride} apart
     * @param keys of both parts
     * @param pastKeys keys of the first part, which lie in other arrays; 0 for none
     * @param pastK [pastKeys, headDim], rows {@code kStride} apart
     * @param pastV [pastKeys, valueDim], rows {@code vStride} apart
     * @param k [keys - pastKeys, headDim], rows {@code kStride} apart
     * @param kOff where key 0 would lie: key t does at {@code kOff + t · kStride}
     * @param v [keys - pastKeys, valueDim], rows {@code vStride} apart
     * @param vOff where the value of key 0 would lie
     * @param bias [queries, keys] added to the scores, rows {@code biasStride} apart (0 where all
     *     queries share one row); −∞ masks; {@code null} for none
     * @param lastKeyOfFirstQuery with causal attention query i sees keys 0 … lastKeyOfFirstQuery + i;
     *     {@code keys} or more where attention is not causal
     * @param out [queries, valueDim], rows {@code outStride} apart; overlaps no other argument
     * @param logSums [queries] gets {@link dev.lanewise.runtime.scalar.ScalarMath#log} of sum plus m, or +∞ where
     *     every key is masked, so that weights computed from it are 0; {@code null} where nobody needs it
     * @param scratch at least {@link #scratchFloats} floats from {@code scratchOff}
     */
    void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride,
            int pastKeys, float[] pastK, int pastKOff, float[] pastV, int pastVOff,
            float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] logSums, int logSumsOff,
            float[] scratch, int scratchOff);

    /**
     * The gradients of one head of one batch element. What {@link #attend} has too is what it was given there, without
     * a first part of keys.
     *
     * @param logSums [queries] that {@link #attend} gave
     * @param y [queries, valueDim] that it gave, rows {@code yStride} apart
     * @param dy [queries, valueDim], the gradient of y, rows {@code yStride} apart
     * @param dq [queries, headDim], rows {@code qStride} apart
     * @param dk [keys, headDim], rows {@code kStride} apart: is added to, since heads may share keys; no −0
     * @param dv [keys, valueDim], rows {@code vStride} apart: is added to; no −0
     * @param scratch at least {@link #gradientScratchFloats} floats from {@code scratchOff}
     */
    void gradients(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] logSums, int logSumsOff, float[] y, int yOff, float[] dy, int dyOff, int yStride,
            float[] dq, int dqOff, float[] dk, int dkOff, float[] dv, int dvOff, float[] scratch, int scratchOff);

    /**
     * Floats of scratch for any number of queries up to this one; the same for every provider. Grows by the
     * same amount with each query: room for it, its output, its maximum and its sum, of up to 32 queries more
     * than there are; and room for a block's keys and values and for 8192 scores.
     */
    static int scratchFloats(AttentionShape shape, int queries) {
        int valueFloats = shape.valueDim() + 15 & -16;
        int block = Math.multiplyExact(BLOCK, Math.addExact(shape.headDim(), valueFloats));
        int perQuery = Math.addExact(Math.addExact(shape.headDim(), valueFloats), 2);
        int running = Math.multiplyExact(Math.addExact(queries, 32), perQuery);
        return Math.addExact(Math.addExact(block, 128 * BLOCK), running);
    }

    /**
     * Floats of scratch of {@link #gradients} for any number of queries up to this one; the same for every provider.
     * Grows by the same amount with each query: room for it and its output's gradient, as they are and transposed, and
     * for its own gradient; and room for what a block of keys has, its scores and their gradients.
     */
    static int gradientScratchFloats(AttentionShape shape, int queries) {
        int width = shape.headDim() + 15 & -16;
        int valueWidth = shape.valueDim() + 15 & -16;
        int perKey = Math.addExact(
                Math.addExact(shape.headDim(), shape.valueDim()), Math.addExact(2 * width, valueWidth));
        int block = Math.multiplyExact(BLOCK, Math.addExact(perKey, 4 * 32));
        int running = Math.multiplyExact(Math.addExact(queries, 32), Math.addExact(perKey, 2));
        return Math.addExact(Math.addExact(block, 64), running);
    }

    /** How many of the n keys from t on are of the past. */
    static int pastOf(int t, int n, int pastKeys) {
        return Math.max(0, Math.min(n, pastKeys - t));
    }

    /** How many keys query {@code i} sees. */
    static int visibleKeys(int i, int keys, int lastKeyOfFirstQuery) {
        return (int) Math.max(0, Math.min(keys, (long) lastKeyOfFirstQuery + i + 1));
    }
}
