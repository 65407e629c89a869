package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * Elementwise functions as plain loops, one small method for each function, so that each is
 * compiled, and vectorised by C2 where it can, on its own.
 */
public final class ScalarMap implements MapKernels {

    @Override
    public void unary(
            UnaryFn fn, float alpha, float beta, float[] x, int xOff, float[] y, int yOff, int n) {
        ScalarUnary.apply(fn, alpha, beta, x, xOff, y, yOff, n);
    }

    @Override
    public void binary(
            BinaryFn fn, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        ScalarBinary.both(fn, a, aOff, b, bOff, y, yOff, n);
    }

    @Override
    public void binaryRight(
            BinaryFn fn, float[] a, int aOff, float b, float[] y, int yOff, int n) {
        ScalarBinary.right(fn, a, aOff, b, y, yOff, n);
    }

    @Override
    public void binaryLeft(
            BinaryFn fn, float a, float[] b, int bOff, float[] y, int yOff, int n) {
        ScalarBinary.left(fn, a, b, bOff, y, yOff, n);
    }
}
