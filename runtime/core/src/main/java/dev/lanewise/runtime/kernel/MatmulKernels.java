package dev.lanewise.runtime.kernel;

/**
 * Matrix products {@code c[m, n] = epilogue(bias[n] + Σₖ a[m, k] · b[k, n])}, row-major. Each
 * element starts at its bias (+0 without one) and takes in k = 0, 1, … in order by fused
 * multiply-add; the epilogue follows.
 */
public interface MatmulKernels {

    /** A right-hand side in the form this provider runs fastest. Changed by {@link #refill} alone. */
    interface PackedMatrix extends PackedWeights {
        int k();

        int n();
    }

    /**
     * Packs {@code b} where element {@code (k, n)} lies at {@code bOff + k · kStride + n ·
     * nStride}, so that transposed matrices need no copy.
     *
     * @param b holds [k, n] by the two strides
     * @param mostRows the most rows that {@link #matmul} will be asked for with this matrix, {@link
     *     Integer#MAX_VALUE} where that is not known: a hint by which a provider chooses the form; more
     *     rows are slower and as right
     */
    PackedMatrix pack(
            float[] b, int bOff, int k, int n, int kStride, int nStride, int mostRows);

    /**
     * Packs another b of the same extents into what {@link #pack(float[], int, int, int, int, int, int)} gave. Nobody
     * may multiply by it meanwhile.
     */
    void refill(PackedMatrix packed, float[] b, int bOff, int kStride, int nStride);

    /**
     * Packs weights in the form in which they are stored, which changes the order of operations:
     *
     * <ul>
     *   <li>f32, bf16, f16: as above, with the elements' values;
     *   <li>int8: {@code fma(scale[n], Σ, bias[n])}, where Σ starts at +0 and takes in {@code a[m, k] ·
     *       code[n, k]};
     *   <li>int8-dynamic: the sum starts at its bias; then for each block of inputs it becomes {@code fma(s ·
     *       scale[n], Σ, sum)}, where Σ is exact: of the products of codes, those of inputs and their scale s
     *       being what {@link RoundedInputs} says; beyond its most k, as int8;
     *   <li>int4: the sum starts at its bias; then for each group g of 32 inputs it becomes {@code
     *       fma(scale[n, g], Σ, sum)}, where Σ starts at {@code -24 · s} and takes in {@code a[m, k] ·
     *       (code[n, k] + 24)}, s being {@link WeightMatrix#groupSum} of the group; a is 0 beyond k.
     * </ul>
     *
     * All by fused multiply-add, k ascending.
     *
     * @param b [n, k]; f32, or what {@link WeightMatrix#computes}
     * @param mostRows see above
     */
    PackedMatrix pack(WeightMatrix b, int mostRows);

    /**
     * Product with a packed right-hand side.
     *
     * @param a [m, k], rows {@code lda} apart
     * @param bias [n], or {@code null}
     * @param c [m, n], rows {@code ldc} apart; overlaps no other argument
     * @param scratch see {@link Kernels}
     */
    void matmul(
            int m, float[] a, int aOff, int lda, PackedMatrix b, float[] bias, int biasOff,
            Epilogue epilogue, float[] c, int cOff, int ldc, float[] scratch);

    /**
     * {@link #matmul} of one row.
     *
     * @param backwards from which end to go through the weights, which does not show in the bits: who calls with one
     *     and the other in turn finds in the cache what was read last
     */
    default void row(
            float[] a, int aOff, PackedMatrix b, float[] bias, int biasOff, Epilogue epilogue,
            float[] c, int cOff, boolean backwards, float[] scratch) {
        matmul(1, a, aOff, 0, b, bias, biasOff, epilogue, c, cOff, 0, scratch);
    }

    /**
     * Product of two activations, {@code b} as it lies in memory.
     *
     * @param a [m, k], or, where {@code transA}, [k, m], rows {@code lda} apart
     * @param b [k, n] with rows {@code ldb} apart, or, where {@code transB}, [n, k] with rows
     *     {@code ldb} apart
     * @param c [m, n], rows {@code ldc} apart; overlaps no other argument
     * @param panels at least {@link #panelFloats} floats from {@code panelsOff}, for a copy of b
     * @param scratch see {@link Kernels}
     */
    void matmulDynamic(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA,
            float[] b, int bOff, int ldb, boolean transB, float[] c, int cOff, int ldc,
            float[] panels, int panelsOff, float[] scratch);

    /**
     * Copies {@code b} into panels for {@link #matmulPanels}: for what is multiplied more than once, but changes from
     * run to run, as weights do in training.
     *
     * @param b holds [k, n] by the two strides, as {@link #pack} says
     * @param panels at least {@link #panelFloats} floats from {@code panelsOff}; only kernels of the same provider
     *     read them
     */
    void packPanels(
            float[] b, int bOff, int k, int n, int kStride, int nStride, float[] panels, int panelsOff);

    /**
     * {@code c = init + a · b}: each element starts at that of init, and takes in k = 0, 1, … in order.
     *
     * @param a [m, k], or, where {@code transA}, [k, m], rows {@code lda} apart
     * @param panels b [k, n], as {@link #packPanels} made them of the same k and n
     * @param init [m, n], rows {@code initStride} apart, 0 for one row [n] for all; may be c itself, and otherwise
     *     does not overlap it; {@code null} for zeros
     * @param c [m, n], rows {@code ldc} apart; overlaps no other argument but init
     * @param scratch see {@link Kernels}
     */
    void matmulPanels(
            int m, int n, int k, float[] a, int aOff, int lda, boolean transA, float[] panels, int panelsOff,
            float[] init, int initOff, int initStride, float[] c, int cOff, int ldc, float[] scratch);

    /**
     * Floats for the copy of b that {@link #matmulDynamic} and {@link #packPanels} make, for any sizes up to these; the
     * same for every provider.
     */
    static int panelFloats(int n, int k) {
        // panels of up to 64 columns
        return Math.multiplyExact(k, Math.multiplyExact((n + 63) / 64, 64));
    }
}
