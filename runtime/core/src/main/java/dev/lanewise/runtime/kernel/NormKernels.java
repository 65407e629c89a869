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

    /** The gradient of {@link #softmax}: {@code dx = y · (dy − Σ dy · y)}, the sum by fused multiply-add. */
    void softmaxGradient(
            float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n);

    /**
     * The gradient of {@link #logSoftmax}: {@code dx = fma(−Σ dy, eʸ, dy)}.
     *
     * @param dx may not be dy
     */
    void logSoftmaxGradient(
            float[] y, int yOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n);

    /**
     * The gradient of the input of {@link #layerNorm}, or of {@link #rmsNorm}. With {@code g = dy · scale}, {@code d =
     * x − mean}, {@code s = Σ g / n} and {@code q = Σ g · d · r · r / n}, r being 1 / √(var + ε): {@code dx =
     * fma(d, −q, g − s) · r}; without a mean, mean and s are 0.
     *
     * @param scale [n]
     * @param mean [rows], or {@code null}
     * @param inverse [rows]: r
     * @param dx may not be x or dy
     */
    void layerNormGradient(
            float[] x, int xOff, float[] scale, int scaleOff, float[] mean, int meanOff, float[] inverse,
            int inverseOff, float[] dy, int dyOff, float[] dx, int dxOff, int rows, int n);

    /**
     * The gradients of scale and bias, for columns {@code [from, to)}, rows in ascending order: {@code dscale = Σ dy ·
     * ((x − mean) · r)} by fused multiply-add, {@code dbias = Σ dy}, both from +0.
     *
     * @param mean [rows], or {@code null}
     * @param dscale [n]
     * @param dbias [n], or {@code null}
     */
    void scaleGradient(
            float[] x, int xOff, float[] mean, int meanOff, float[] inverse, int inverseOff, float[] dy, int dyOff,
            float[] dscale, int dscaleOff, float[] dbias, int dbiasOff, int rows, int n, int from, int to);
}
