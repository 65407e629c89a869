package dev.lanewise.runtime.kernel;

/** Reductions of f32. Empty reductions give the neutral element (0, 1, −∞, +∞). */
public interface ReduceKernels {

    /** All of {@code x[0, n)}, by sixteen accumulators, their tree, and the rest: see {@link Kernels}. */
    float row(ReduceFn fn, float[] x, int xOff, int n);

    /**
     * Each column over all rows, in row order, one chain per column.
     *
     * @param x [rows, n], rows {@code stride} apart
     * @param y [n]
     */
    void columns(ReduceFn fn, float[] x, int xOff, int rows, int stride, int n, float[] y, int yOff);
}
