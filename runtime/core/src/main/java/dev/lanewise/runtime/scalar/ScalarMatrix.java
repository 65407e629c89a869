package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.RoundedInputs;
import dev.lanewise.runtime.kernel.WeightMatrix;

/** A packed right-hand side [k, n] for plain loops, in any form. Immutable; a product allocates nothing. */
interface ScalarMatrix {

    /**
     * {@code c[n] += a[k] · b[k, n]}, in the order that the form says.
     *
     * @param c not the scratch array
     * @param scratch see {@link dev.lanewise.runtime.kernel.Kernels}
     */
    void addProduct(float[] a, int aOff, float[] c, int cOff, float[] scratch);

    /** Bytes it holds. */
    long bytes();

    /** How it is held, for people. */
    String form();

    /** Packs rows {@code from} to {@code to} of weights [n, k]. */
    static ScalarMatrix of(WeightMatrix w, int from, int to) {
        switch (w.form) {
            case F32:
                return new Rows(w.array(), w.valuesOff() + from * w.k, w.k, to - from, 1, w.k);
            case INT8:
                return Int8Rows.pack(w, from, to);
            case INT8_DYNAMIC:
                return w.k <= RoundedInputs.MOST_K ? Int8DynamicRows.pack(w, from, to) : Int8Rows.pack(w, from, to);
            case INT4:
                return Int4Rows.pack(w, from, to);
            default: {
                float[] values = new float[(to - from) * w.k];
                for (int row = from; row < to; row++) {
                    w.row(row, values, (row - from) * w.k);
                }
                return new Rows(values, 0, w.k, to - from, 1, w.k);
            }
        }
    }
}
