package dev.lanewise.runtime.kernel;

/** Elements in another order. */
public interface LayoutKernels {

    /**
     * {@code y[j, i] = x[i, j]}; writes nothing else.
     *
     * @param x [rows, columns], rows {@code ldx} apart
     * @param y [columns, rows], rows {@code ldy} apart; overlaps x nowhere
     */
    void transpose(int rows, int columns, float[] x, int xOff, int ldx, float[] y, int yOff, int ldy);
}
