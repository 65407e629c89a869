package dev.lanewise.vector;

/** What {@link Panels} are for, in whatever form their elements are. Immutable once packed. */
public interface PanelProduct {

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

    /** Of the memory, whatever rows take part. */
    long bytes();

    /** How and where they lie, for people. */
    String form();
}
