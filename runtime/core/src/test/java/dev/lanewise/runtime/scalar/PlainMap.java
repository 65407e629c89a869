package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;

/** The few functions that epilogues and cells need. */
final class PlainMap implements MapKernels {

    @Override
    public void unary(
            UnaryFn fn, float alpha, float beta, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = apply(fn, alpha, beta, x[xOff + i]);
        }
    }

    private static float apply(UnaryFn fn, float alpha, float beta, float x) {
        switch (fn) {
            case RELU:
                return Math.max(x, 0f);
            case CLIP:
                return Math.min(Math.max(x, alpha), beta);
            case TANH:
                return (float) StrictMath.tanh(x);
            case SIGMOID:
                return (float) (1 / (1 + StrictMath.exp(-x)));
            default:
                throw new IllegalArgumentException(fn.toString());
        }
    }

    @Override
    public void binary(
            BinaryFn fn, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void binaryRight(
            BinaryFn fn, float[] a, int aOff, float b, float[] y, int yOff, int n) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void binaryLeft(
            BinaryFn fn, float a, float[] b, int bOff, float[] y, int yOff, int n) {
        throw new UnsupportedOperationException();
    }
}
