package dev.lanewise.runtime.kernel;

/**
 * Reductions of many elements to one. Means, norms and logarithms of sums are these plus an
 * elementwise function. The order is part of the file format: append only.
 */
public enum ReduceFn {
    SUM,
    /** Σ x² (fused: acc = fma(x, x, acc)) */
    SUM_SQUARE,
    /** Σ |x| */
    SUM_ABS,
    PROD,
    MAX,
    MIN,
}
