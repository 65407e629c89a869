package dev.lanewise.vector;

/**
 * Panels in an array.
 *
 * @param b {@link Panels} of [k, …]
 */
record HeapPanels(int k, float[] b) implements PackedPanels {

    @Override
    public void product(
            int m, int first, int n, float[] a, int aOff, int lda, float[] init, int io, int is,
            float[] c, int cOff, int ldc, float[] scratch) {
        VectorMatmul.product(
                m, n, k, a, aOff, lda, b, Panels.offset(k, first), init, io, is, c, cOff, ldc,
                scratch);
    }

    @Override
    public long bytes() {
        return 4L * b.length;
    }
}
