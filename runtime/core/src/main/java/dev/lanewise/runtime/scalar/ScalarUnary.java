package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * Functions of one argument as plain loops over {@code y[i] = fn(x[i])}. What a function computes
 * is said in {@link ScalarMath} or is one expression here; {@code VectorUnary} and {@code
 * VectorExp…} repeat it operation by operation.
 */
final class ScalarUnary {

    private ScalarUnary() {}

    static void apply(
            UnaryFn fn, float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        switch (fn) {
            case ABS -> abs(x, xOff, y, yOff, n);
            case NEG -> neg(x, xOff, y, yOff, n);
            case SQRT -> sqrt(x, xOff, y, yOff, n);
            case RECIPROCAL -> reciprocal(x, xOff, y, yOff, n);
            case SQUARE -> square(x, xOff, y, yOff, n);
            case AFFINE -> affine(a, b, x, xOff, y, yOff, n);
            case EXP -> exp(x, xOff, y, yOff, n);
            case LOG -> log(x, xOff, y, yOff, n);
            case SIN -> sin(x, xOff, y, yOff, n);
            case COS -> cos(x, xOff, y, yOff, n);
            case TAN -> tan(x, xOff, y, yOff, n);
            case ASIN -> asin(x, xOff, y, yOff, n);
            case ACOS -> acos(x, xOff, y, yOff, n);
            case ATAN -> atan(x, xOff, y, yOff, n);
            case SINH -> sinh(x, xOff, y, yOff, n);
            case COSH -> cosh(x, xOff, y, yOff, n);
            case TANH -> tanh(x, xOff, y, yOff, n);
            case ASINH -> asinh(x, xOff, y, yOff, n);
            case ACOSH -> acosh(x, xOff, y, yOff, n);
            case ATANH -> atanh(x, xOff, y, yOff, n);
            case SIGMOID -> sigmoid(x, xOff, y, yOff, n);
            case ERF -> erf(x, xOff, y, yOff, n);
            case FLOOR -> floor(x, xOff, y, yOff, n);
            case CEIL -> ceil(x, xOff, y, yOff, n);
            case ROUND -> round(x, xOff, y, yOff, n);
            case SIGN -> sign(x, xOff, y, yOff, n);
            case RELU -> relu(x, xOff, y, yOff, n);
            case LEAKY_RELU -> leakyRelu(a, x, xOff, y, yOff, n);
            case CLIP -> clip(a, b, x, xOff, y, yOff, n);
            case ELU -> elu(1f, a, 1f, x, xOff, y, yOff, n);
            case SELU -> elu(b, a * b, 1f, x, xOff, y, yOff, n);
            case CELU -> elu(1f, a, 1f / a, x, xOff, y, yOff, n);
            case SOFTPLUS -> softplus(x, xOff, y, yOff, n);
            case SOFTSIGN -> softsign(x, xOff, y, yOff, n);
            case HARD_SIGMOID -> hardSigmoid(a, b, x, xOff, y, yOff, n);
            case HARD_SWISH -> hardSwish(x, xOff, y, yOff, n);
            case GELU -> gelu(x, xOff, y, yOff, n);
            case GELU_TANH -> geluTanh(x, xOff, y, yOff, n);
            case SWISH -> swish(a, x, xOff, y, yOff, n);
            case MISH -> mish(x, xOff, y, yOff, n);
            case THRESHOLDED_RELU -> thresholdedRelu(a, x, xOff, y, yOff, n);
            case SHRINK -> shrink(a, b, x, xOff, y, yOff, n);
            case SCALED_TANH -> scaledTanh(a, b, x, xOff, y, yOff, n);
            case NOT, BITWISE_NOT ->
                    throw new IllegalArgumentException(fn + " is not defined for f32");
        }
    }

    private static void abs(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.abs(x[xOff + i]);
        }
    }

    private static void neg(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = -x[xOff + i];
        }
    }

    private static void sqrt(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) Math.sqrt(x[xOff + i]);
        }
    }

    private static void reciprocal(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = 1f / x[xOff + i];
        }
    }

    private static void square(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOff + i];
            y[yOff + i] = v * v;
        }
    }

    private static void affine(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Fma.fma(x[xOff + i], a, b);
        }
    }

    private static void exp(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.exp(x[xOff + i]);
        }
    }

    private static void log(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.log(x[xOff + i]);
        }
    }

    private static void sin(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.sin(x[xOff + i]);
        }
    }

    private static void cos(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.cos(x[xOff + i]);
        }
    }

    private static void tan(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.tan(x[xOff + i]);
        }
    }

    private static void asin(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.asin(x[xOff + i]);
        }
    }

    private static void acos(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.acos(x[xOff + i]);
        }
    }

    private static void atan(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.atan(x[xOff + i]);
        }
    }

    private static void sinh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.sinh(x[xOff + i]);
        }
    }

    private static void cosh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.cosh(x[xOff + i]);
        }
    }

    private static void tanh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.tanh(x[xOff + i]);
        }
    }

    private static void asinh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.asinh(x[xOff + i]);
        }
    }

    private static void acosh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.acosh(x[xOff + i]);
        }
    }

    private static void atanh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.atanh(x[xOff + i]);
        }
    }

    private static void sigmoid(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.sigmoid(x[xOff + i]);
        }
    }

    private static void erf(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.erf(x[xOff + i]);
        }
    }

    private static void floor(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) Math.floor(x[xOff + i]);
        }
    }

    private static void ceil(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) Math.ceil(x[xOff + i]);
        }
    }

    private static void round(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (float) Math.rint(x[xOff + i]);
        }
    }

    private static void sign(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.sign(x[xOff + i]);
        }
    }

    private static void relu(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.max(x[xOff + i], 0f);
        }
    }

    private static void leakyRelu(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOff + i];
            y[yOff + i] = v >= 0f ? v : v * a;
        }
    }

    private static void clip(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(Math.max(x[xOff + i], a), b);
        }
    }

    private static void elu(
            float p, float q, float r, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.elu(x[xOff + i], p, q, r);
        }
    }

    private static void softplus(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.softplus(x[xOff + i]);
        }
    }

    private static void softsign(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOff + i];
            y[yOff + i] = v / (Math.abs(v) + 1f);
        }
    }

    private static void hardSigmoid(
            float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(Math.max(Fma.fma(x[xOff + i], a, b), 0f), 1f);
        }
    }

    private static void hardSwish(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOff + i];
            y[yOff + i] = Math.min(Math.max(Fma.fma(v, ScalarMath.SIXTH, 0.5f), 0f), 1f) * v;
        }
    }

    private static void gelu(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.gelu(x[xOff + i]);
        }
    }

    private static void geluTanh(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.geluTanh(x[xOff + i]);
        }
    }

    private static void swish(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.swish(x[xOff + i], a);
        }
    }

    private static void mish(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.mish(x[xOff + i]);
        }
    }

    private static void thresholdedRelu(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOff + i];
            y[yOff + i] = v > a ? v : v != v ? v : 0f;
        }
    }

    private static void shrink(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[xOff + i];
            y[yOff + i] = v < -a ? v + b : v > a ? v - b : v != v ? v : 0f;
        }
    }

    static void scaledTanh(
            float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = ScalarMath.tanh(x[xOff + i] * b) * a;
        }
    }
}
