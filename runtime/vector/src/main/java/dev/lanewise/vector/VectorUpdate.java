package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import dev.lanewise.runtime.kernel.UpdateKernels;
import dev.lanewise.runtime.scalar.ScalarUpdate;
import jdk.incubator.vector.FloatVector;

/**
 * Optimisers with vectors; what is left of a tensor goes to the scalar twin. Each form of one has a method of its own:
 * what C2 has seen too seldom in a method that was called often it does not inline, and boxes.
 */
public final class VectorUpdate implements UpdateKernels {

    private final UpdateKernels twin = new ScalarUpdate();

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(SPECIES, x, at);
    }

    private static FloatVector all(float x) {
        return FloatVector.broadcast(SPECIES, x);
    }

    @Override
    public void sgd(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, int n, float rate, float scale,
            float decay, float momentum, boolean nesterov) {
        int whole = n & -LANES;
        if (m == null) {
            plainSgd(p, pOff, gradient, gOff, whole, rate, scale, decay);
        } else if (nesterov) {
            nesterov(p, pOff, gradient, gOff, m, mOff, whole, rate, scale, decay, momentum);
        } else {
            sgdWithMomentum(p, pOff, gradient, gOff, m, mOff, whole, rate, scale, decay, momentum);
        }
        twin.sgd(
                p, pOff + whole, gradient, gOff + whole, m, mOff + whole, n - whole, rate, scale, decay, momentum,
                nesterov);
    }

    private static void plainSgd(
            float[] p, int pOff, float[] gradient, int gOff, int whole, float rate, float scale, float decay) {
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            all(-rate).fma(g, w).intoArray(p, pOff + i);
        }
    }

    private static void sgdWithMomentum(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, int whole, float rate, float scale,
            float decay, float momentum) {
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            FloatVector next = all(momentum).fma(load(m, mOff + i), g);
            next.intoArray(m, mOff + i);
            all(-rate).fma(next, w).intoArray(p, pOff + i);
        }
    }

    private static void nesterov(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, int whole, float rate, float scale,
            float decay, float momentum) {
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            FloatVector next = all(momentum).fma(load(m, mOff + i), g);
            next.intoArray(m, mOff + i);
            all(-rate).fma(all(momentum).fma(next, g), w).intoArray(p, pOff + i);
        }
    }

    @Override
    public void adam(
            float[] p, int pOff, float[] gradient, int gOff, float[] m, int mOff, float[] v, int vOff, int n,
            float rate, float scale, float decay, float beta1, float beta2, float epsilon, float correction,
            float keep) {
        int whole = n & -LANES;
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            FloatVector mean = all(beta1).fma(load(m, mOff + i), g.mul(1 - beta1));
            FloatVector square = all(beta2).fma(load(v, vOff + i), g.mul(1 - beta2).mul(g));
            mean.intoArray(m, mOff + i);
            square.intoArray(v, vOff + i);
            FloatVector step = mean.div(square.sqrt().fma(all(correction), all(epsilon)));
            all(-rate).fma(step, w.mul(keep)).intoArray(p, pOff + i);
        }
        twin.adam(
                p, pOff + whole, gradient, gOff + whole, m, mOff + whole, v, vOff + whole, n - whole, rate, scale,
                decay, beta1, beta2, epsilon, correction, keep);
    }

    @Override
    public void rmsProp(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, float[] m, int mOff, int n,
            float rate, float scale, float decay, float alpha, float epsilon, float momentum) {
        int whole = n & -LANES;
        if (m == null) {
            plainRmsProp(p, pOff, gradient, gOff, v, vOff, whole, rate, scale, decay, alpha, epsilon);
        } else {
            rmsPropWithMomentum(
                    p, pOff, gradient, gOff, v, vOff, m, mOff, whole, rate, scale, decay, alpha, epsilon, momentum);
        }
        twin.rmsProp(
                p, pOff + whole, gradient, gOff + whole, v, vOff + whole, m, mOff + whole, n - whole, rate, scale,
                decay, alpha, epsilon, momentum);
    }

    private static void plainRmsProp(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, int whole, float rate, float scale,
            float decay, float alpha, float epsilon) {
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            FloatVector square = all(alpha).fma(load(v, vOff + i), g.mul(1 - alpha).mul(g));
            square.intoArray(v, vOff + i);
            all(-rate).fma(g.div(square.sqrt().add(epsilon)), w).intoArray(p, pOff + i);
        }
    }

    private static void rmsPropWithMomentum(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, float[] m, int mOff, int whole,
            float rate, float scale, float decay, float alpha, float epsilon, float momentum) {
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            FloatVector square = all(alpha).fma(load(v, vOff + i), g.mul(1 - alpha).mul(g));
            square.intoArray(v, vOff + i);
            FloatVector step = all(momentum).fma(load(m, mOff + i), g.div(square.sqrt().add(epsilon)));
            step.intoArray(m, mOff + i);
            all(-rate).fma(step, w).intoArray(p, pOff + i);
        }
    }

    @Override
    public void adagrad(
            float[] p, int pOff, float[] gradient, int gOff, float[] v, int vOff, int n, float rate, float scale,
            float decay, float epsilon) {
        int whole = n & -LANES;
        for (int i = 0; i < whole; i += LANES) {
            FloatVector w = load(p, pOff + i);
            FloatVector g = all(decay).fma(w, load(gradient, gOff + i).mul(scale));
            FloatVector square = g.fma(g, load(v, vOff + i));
            square.intoArray(v, vOff + i);
            all(-rate).fma(g.div(square.sqrt().add(epsilon)), w).intoArray(p, pOff + i);
        }
        twin.adagrad(
                p, pOff + whole, gradient, gOff + whole, v, vOff + whole, n - whole, rate, scale, decay, epsilon);
    }
}
