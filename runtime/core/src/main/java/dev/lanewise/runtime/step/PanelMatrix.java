package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.MatmulKernels;

/**
 * A right-hand side [k, n] that changes from run to run: packed into panels of a step's scratch, then multiplied any
 * number of times. The scratch is given anew with each call.
 */
final class PanelMatrix {

    private final MatmulKernels kernels;
    private final int k;
    private final int n;
    /** Where in the scratch the panels lie. */
    private final int at;

    /** @param at where in the scratch, of {@link #floats} floats */
    PanelMatrix(MatmulKernels kernels, int k, int n, int at) {
        this.kernels = kernels;
        this.k = k;
        this.n = n;
        this.at = at;
    }

    int floats() {
        return MatmulKernels.panelFloats(n, k);
    }

    /**
     * Packs element (p, j) from {@code bOff + p · kStride + j · nStride}.
     *
     * @param work the scratch, {@code workOff} where it begins
     */
    void pack(float[] b, int bOff, int kStride, int nStride, float[] work, int workOff) {
        kernels.packPanels(b, bOff, k, n, kStride, nStride, work, workOff + at);
    }

    /** {@code c = init + a · b}; see {@link MatmulKernels#matmulPanels}. */
    void multiply(
            int rows, float[] a, int aOff, int lda, float[] work, int workOff,
            float[] init, int initOff, int initStride, float[] c, int cOff, int ldc, float[] kernelScratch) {
        kernels.matmulPanels(
                rows, n, k, a, aOff, lda, false, work, workOff + at, init, initOff, initStride, c, cOff, ldc,
                kernelScratch);
    }
}
