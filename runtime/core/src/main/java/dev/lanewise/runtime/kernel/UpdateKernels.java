package dev.lanewise.runtime.kernel;

/**
 * Optimisers: how parameters follow their gradients, in place, element by element, each operation rounded once.
 * The formulas are PyTorch's. In all of them {@code g = scale · gradient + decay · p}, by one fused multiply-add
 * behind the product; {@code scale} is what clipping leaves, {@code decay} the factor of an L2 penalty.
 *
 * <p>Parameters p, gradients and slots are [n] and do not overlap.
 */
public interface UpdateKernels {

    /**
     * Stochastic gradient descent, with momentum (Polyak 1964; Nesterov 1983; Sutskever et al. 2013) or without:
     * {@code m = momentum · m + g}, then {@code p −= rate · (nesterov ? g + momentum · m : m)}.
     *
     * @param m [n] or {@code null}: without momentum, {@code p −= rate · g}
     */
    void sgd(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, int n, float rate, float scale,
            float decay, float momentum, boolean nesterov);

    /**
     * Adam (Kingma, Ba 2015) and, with {@code keep} below 1 and no decay, AdamW (Loshchilov, Hutter 2019):
     *
     * <pre>
     * m = beta1 · m + (1 − beta1) · g      v = beta2 · v + ((1 − beta2) · g) · g
     * p = keep · p − rate · m / (√v · correction + epsilon)
     * </pre>
     *
     * @param rate the learning rate over {@code 1 − beta1ᵗ}
     * @param correction {@code 1 / √(1 − beta2ᵗ)}
     * @param keep what weight decay leaves of a parameter
     */
    void adam(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, float[] v, int vOff, int n,
            float rate, float scale, float decay, float beta1, float beta2, float epsilon, float correction,
            float keep);

    /**
     * RMSProp (Hinton 2012): {@code v = alpha · v + ((1 − alpha) · g) · g}, {@code s = g / (√v + epsilon)}, and with
     * momentum {@code s = m = momentum · m + s}; {@code p −= rate · s}.
     *
     * @param m [n] or {@code null}: without momentum
     */
    void rmsProp(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, float[] m, int mOff, int n,
            float rate, float scale, float decay, float alpha, float epsilon, float momentum);

    /** Adagrad (Duchi, Hazan, Singer 2011): {@code v = g · g + v}, fused, {@code p −= rate · g / (√v + epsilon)}. */
    void adagrad(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, int n, float rate, float scale,
            float decay, float epsilon);
}
