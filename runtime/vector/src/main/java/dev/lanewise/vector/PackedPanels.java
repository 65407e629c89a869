package dev.lanewise.vector;

/**
 * A matrix [k, n] in the layout of {@link Panels}, n a multiple of a panel's width, wherever it lies.
 * Immutable once packed; a product allocates nothing.
 */
public interface PackedPanels extends PanelProduct {

    /**
     * Packs [k, n] to the columns from {@code first} on, the first one of its panel; see {@link
     * Panels#pack}.
     */
    void pack(int first, float[] w, int wOff, int n, int kStride, int nStride);

    /** The same memory, of which {@code count} rows from {@code from} on take part. */
    PackedPanels rows(int from, int count);
}
