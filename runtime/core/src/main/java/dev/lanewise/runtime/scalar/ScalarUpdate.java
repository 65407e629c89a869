package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.UpdateKernels;

/** Optimisers as plain loops. */
public final class ScalarUpdate implements UpdateKernels {

    @Override
    public void sgd(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, int n, float rate, float scale,
            float decay, float momentum, boolean nesterov) {
        for (int i = 0; i < n; i++) {
            float w = p[pOff + i];
            float g = Fma.fma(decay, w, scale * gradient[gOff + i]);
            if (m != null) {
                float next = Fma.fma(momentum, m[mOff + i], g);
                m[mOff + i] = next;
                g = nesterov ? Fma.fma(momentum, next, g) : next;
            }
            p[pOff + i] = Fma.fma(-rate, g, w);
        }
    }

    @Override
    public void adam(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, float[] v, int vOff, int n,
            float rate, float scale, float decay, float beta1, float beta2, float epsilon, float correction,
            float keep) {
        float rest1 = 1 - beta1;
        float rest2 = 1 - beta2;
        for (int i = 0; i < n; i++) {
            float w = p[pOff + i];
            float g = Fma.fma(decay, w, scale * gradient[gOff + i]);
            float mean = Fma.fma(beta1, m[mOff + i], rest1 * g);
            float square = Fma.fma(beta2, v[vOff + i], rest2 * g * g);
            m[mOff + i] = mean;
            v[vOff + i] = square;
            float step = mean / Fma.fma((float) Math.sqrt(square), correction, epsilon);
            p[pOff + i] = Fma.fma(-rate, step, keep * w);
        }
    }

    @Override
    public void rmsProp(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, float[] m, int mOff, int n,
            float rate, float scale, float decay, float alpha, float epsilon, float momentum) {
        float rest = 1 - alpha;
        for (int i = 0; i < n; i++) {
            float w = p[pOff + i];
            float g = Fma.fma(decay, w, scale * gradient[gOff + i]);
            float square = Fma.fma(alpha, v[vOff + i], rest * g * g);
            v[vOff + i] = square;
            float step = g / ((float) Math.sqrt(square) + epsilon);
            if (m != null) {
                step = Fma.fma(momentum, m[mOff + i], step);
                m[mOff + i] = step;
            }
            p[pOff + i] = Fma.fma(-rate, step, w);
        }
    }

    @Override
    public void adagrad(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, int n, float rate, float scale,
            float decay, float epsilon) {
        for (int i = 0; i < n; i++) {
            float w = p[pOff + i];
            float g = Fma.fma(decay, w, scale * gradient[gOff + i]);
            float square = Fma.fma(g, g, v[vOff + i]);
            v[vOff + i] = square;
            p[pOff + i] = Fma.fma(-rate, g / ((float) Math.sqrt(square) + epsilon), w);
        }
    }
}
