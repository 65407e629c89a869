package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarMap;

/**
 * Elementwise functions with vectors. What is left of a run after whole vectors goes through the
 * scalar twin, which gives the same bits: masked stores allocate on Java 17 and are slow on
 * machines without predicates. Functions that are not listed here (tan, pow …) are the twin's
 * wholly.
 */
public final class VectorMap implements MapKernels {

    private final MapKernels twin = new ScalarMap();

    @Override
    public void unary(
            UnaryFn fn, float alpha, float beta, float[] x, int xOff, float[] y, int yOff, int n) {
        int whole = n & -LANES;
        if (whole > 0) {
            vectors(fn, alpha, beta, x, xOff, y, yOff, whole);
        }
        if (whole < n) {
            twin.unary(fn, alpha, beta, x, xOff + whole, y, yOff + whole, n - whole);
        }
    }

    private void vectors(
            UnaryFn fn, float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        switch (fn) {
            case ABS -> VectorUnary.abs(x, xOff, y, yOff, n);
            case NEG -> VectorUnary.neg(x, xOff, y, yOff, n);
            case SQRT -> VectorUnary.sqrt(x, xOff, y, yOff, n);
            case RECIPROCAL -> VectorUnary.reciprocal(x, xOff, y, yOff, n);
            case SQUARE -> VectorUnary.square(x, xOff, y, yOff, n);
            case AFFINE -> VectorUnary.affine(a, b, x, xOff, y, yOff, n);
            case SIGN -> VectorUnary.sign(x, xOff, y, yOff, n);
            case RELU -> VectorUnary.relu(x, xOff, y, yOff, n);
            case LEAKY_RELU -> VectorUnary.leakyRelu(a, x, xOff, y, yOff, n);
            case CLIP -> VectorUnary.clip(a, b, x, xOff, y, yOff, n);
            case SOFTSIGN -> VectorUnary.softsign(x, xOff, y, yOff, n);
            case HARD_SIGMOID -> VectorUnary.hardSigmoid(a, b, x, xOff, y, yOff, n);
            case HARD_SWISH -> VectorUnary.hardSwish(x, xOff, y, yOff, n);
            case THRESHOLDED_RELU -> VectorUnary.thresholdedRelu(a, x, xOff, y, yOff, n);
            case SHRINK -> VectorUnary.shrink(a, b, x, xOff, y, yOff, n);
            case FLOOR -> VectorUnary.floor(x, xOff, y, yOff, n);
            case CEIL -> VectorUnary.ceil(x, xOff, y, yOff, n);
            case ROUND -> VectorUnary.round(x, xOff, y, yOff, n);
            case EXP -> VectorExp.exp(x, xOff, y, yOff, n);
            case SOFTPLUS -> VectorSoftplus.softplus(x, xOff, y, yOff, n);
            case MISH -> VectorExp.mish(x, xOff, y, yOff, n);
            case SIGMOID -> VectorSigmoid.sigmoid(x, xOff, y, yOff, n);
            case SWISH -> VectorSigmoid.swish(a, x, xOff, y, yOff, n);
            case TANH -> VectorSigmoid.tanh(x, xOff, y, yOff, n);
            case SCALED_TANH -> VectorSigmoid.scaledTanh(a, b, x, xOff, y, yOff, n);
            case GELU_TANH -> VectorSigmoid.geluTanh(x, xOff, y, yOff, n);
            case ERF -> VectorErf.erf(x, xOff, y, yOff, n);
            case GELU -> VectorErf.gelu(x, xOff, y, yOff, n);
            case LOG -> VectorLog.log(x, xOff, y, yOff, n);
            case SIN -> VectorLog.sin(x, xOff, y, yOff, n);
            case COS -> VectorLog.cos(x, xOff, y, yOff, n);
            case ELU -> VectorExp.elu(1f, a, 1f, x, xOff, y, yOff, n);
            case SELU -> VectorExp.elu(b, a * b, 1f, x, xOff, y, yOff, n);
            case CELU -> VectorExp.elu(1f, a, 1f / a, x, xOff, y, yOff, n);
            default -> twin.unary(fn, a, b, x, xOff, y, yOff, n);
        }
    }

    @Override
    public void binary(
            BinaryFn fn, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        int whole = n & -LANES;
        if (VectorBinary.both(fn, a, aOff, b, bOff, y, yOff, whole)) {
            if (whole < n) {
                twin.binary(fn, a, aOff + whole, b, bOff + whole, y, yOff + whole, n - whole);
            }
        } else {
            twin.binary(fn, a, aOff, b, bOff, y, yOff, n);
        }
    }

    @Override
    public void binaryRight(
            BinaryFn fn, float[] a, int aOff, float b, float[] y, int yOff, int n) {
        int whole = n & -LANES;
        if (VectorBinary.right(fn, a, aOff, b, y, yOff, whole)) {
            if (whole < n) {
                twin.binaryRight(fn, a, aOff + whole, b, y, yOff + whole, n - whole);
            }
        } else {
            twin.binaryRight(fn, a, aOff, b, y, yOff, n);
        }
    }

    @Override
    public void binaryLeft(
            BinaryFn fn, float a, float[] b, int bOff, float[] y, int yOff, int n) {
        int whole = n & -LANES;
        if (VectorBinary.left(fn, a, b, bOff, y, yOff, whole)) {
            if (whole < n) {
                twin.binaryLeft(fn, a, b, bOff + whole, y, yOff + whole, n - whole);
            }
        } else {
            twin.binaryLeft(fn, a, b, bOff, y, yOff, n);
        }
    }
}
