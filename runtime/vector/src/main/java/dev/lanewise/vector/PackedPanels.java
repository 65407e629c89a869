package dev.lanewise.vector;

/**
 * A matrix [k, n] in the layout of {@link Panels}, n a multiple of a panel's width, wherever it lies.
 * Immutable once packed; a product allocates nothing.
 */
public interface PackedPanels {

    /**
     * {@code c[m, n] = init + a[m, k] · b[k, n]}, b being {@code n} columns from {@code first} on, both
     * multiples of {@link Panels#WIDTH}.
     *
     * @param a [m, k], rows {@code lda} apart
     * @param init [m, n], rows {@code is} apart, or all the same where that is 0; may be c
     * @param c [m, n], rows {@code ldc} apart
     * @param scratch see {@link dev.lanewise.runtime.kernel.Kernels}
     */
    void product(
            int m, int first, int n, float[] a, int aOff, int lda, float[] init, int io, int is,
            float[] c, int cOff, int ldc, float[] scratch);

    /**
     * Packs [k, n] to the columns from {@code first} on, the first one of its panel; see {@link
     * Panels#pack}.
     */
    void pack(int first, float[] w, int wOff, int n, int kStride, int nStride);

    /** The same memory, of which {@code count} rows from {@code from} on take part. */
    PackedPanels rows(int from, int count);

    /** Of the memory, whatever rows take part. */
    long bytes();
}
