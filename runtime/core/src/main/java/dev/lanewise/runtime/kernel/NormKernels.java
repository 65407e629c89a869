package dev.lanewise.runtime.kernel;

/**
 * Normalisations of the rows of {@code x[rows, n]}; sums across a row as {@link
 * Kernels} says. {@code y} may be {@code x}.
 */
public interface NormKernels {

    /** {@code y = e^(x − max) · (1 / Σ e^(x − max))} */
    void softmax(float[] x, int xOff, float[] y, int yOff, int rows, int n);

    /** {@code y = (x − max) − ln Σ e^(x − max)} */
    void logSoftmax(float[] x, int xOff, float[] y, int yOff, int rows, int n);

    /**
     * {@code y = (x − mean) · (1 / √(var + ε)) · scale + bias}, with var = Σ (x − mean)² / n (Ba, Kiros,
     * Hinton 2016); the last two operations are one fused multiply-add where there is a bias.
     *
     * @param scale [n]
     * @param bias [n], or {@code null}
     * @param stats receives mean and 1 / √(var + ε) of each row as [rows] and [rows] at {@code
     *     meanOff} and {@code invStdOff}; not written where {@code null}
     */
    void layerNorm(
            float[] x, int xOff, float[] scale, int scaleOff, float[] bias, int biasOff, float epsilon,
            float[] y, int yOff, int rows, int n, float[] stats, int meanOff, int invStdOff);

    /** {@code y = x · (1 / √(Σ x² / n + ε)) · scale} (Zhang, Sennrich 2019). */
    void rmsNorm(float[] x, int xOff, float[] scale, int scaleOff, float epsilon, float[] y, int yOff, int rows, int n);
}
