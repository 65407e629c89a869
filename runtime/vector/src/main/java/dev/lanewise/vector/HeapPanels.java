package dev.lanewise.vector;

/**
 * Panels in an array.
 *
 * @param depth rows of the panels
 * @param from the first row that takes part
 * @param k how many do
 * @param b {@link Panels} of [depth, …]
 */
record HeapPanels(int depth, int from, int k, float[] b) implements PackedPanels {

    /** Room for [k, columns], columns rounded up to whole panels. */
    static HeapPanels allocate(int k, int columns) {
        return new HeapPanels(k, 0, k, new float[Panels.floats(k, columns)]);
    }

    private int offset(int column) {
        return Panels.offset(depth, column) + from * Panels.WIDTH;
    }

    @Override
    public void pack(int first, float[] w, int wOff, int n, int kStride, int nStride) {
        for (int j = 0; j < n; j += Panels.WIDTH) {
            int columns = Math.min(Panels.WIDTH, n - j);
            Panels.pack(w, wOff + j * nStride, k, columns, kStride, nStride, b, offset(first + j));
        }
    }

    @Override
    public PackedPanels rows(int first, int count) {
        return new HeapPanels(depth, from + first, count, b);
    }

    @Override
    public void product(
            int m, int first, int n, float[] a, int aOff, int lda, float[] init, int io, int is,
            float[] c, int cOff, int ldc, float[] scratch) {
        VectorMatmul.product(
                m, n, k, a, aOff, lda, b, offset(first), depth, init, io, is, c, cOff, ldc, scratch);
    }

    @Override
    public long bytes() {
        return 4L * b.length;
    }

    @Override
    public String form() {
        return Panels.form();
    }
}
