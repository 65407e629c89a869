package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * The elementwise functions in f64. By {@link StrictMath}, whose results do not depend on the machine;
 * errors are a few units in the last place. Allocates nothing, but for sines of arguments beyond a
 * million, where StrictMath does.
 */
final class DoubleFns {

    private static final double ROOT_HALF = 0.7071067811865476;
    private static final double TWO_BY_ROOT_PI = 1.1283791670955126;
    private static final double ROOT_TWO_BY_PI = 0.7978845608028654;

    private DoubleFns() {}

    /** Whether {@link #unary} has the function. */
    static boolean has(UnaryFn fn) {
        return fn != UnaryFn.NOT && fn != UnaryFn.BITWISE_NOT;
    }

    static double unary(UnaryFn fn, double a, double b, double x) {
        return switch (fn) {
            case ABS -> Math.abs(x);
            case NEG -> -x;
            case SQRT -> Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case SQUARE -> x * x;
            case AFFINE -> a * x + b;
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case SIN -> Sines.sin(x);
            case COS -> Sines.cos(x);
            case TAN -> Sines.sin(x) / Sines.cos(x);
            case ASIN -> StrictMath.asin(x);
            case ACOS -> StrictMath.acos(x);
            case ATAN -> StrictMath.atan(x);
            case SINH -> StrictMath.sinh(x);
            case COSH -> StrictMath.cosh(x);
            case TANH -> StrictMath.tanh(x);
            case ASINH -> asinh(x);
            case ACOSH -> acosh(x);
            case ATANH -> 0.5 * StrictMath.log1p(2 * x / (1 - x));
            case SIGMOID -> sigmoid(x);
            case ERF -> erf(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case SIGN -> Math.signum(x);
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x >= 0 ? x : a * x;
            case CLIP -> Math.min(Math.max(x, a), b);
            case ELU -> x > 0 ? x : a * StrictMath.expm1(x);
            case SELU -> x > 0 ? b * x : b * (a * StrictMath.expm1(x));
            case CELU -> Math.max(x, 0) + Math.min(0, a * StrictMath.expm1(x / a));
            case SOFTPLUS -> softplus(x);
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case HARD_SIGMOID -> Math.min(Math.max(a * x + b, 0), 1);
            case HARD_SWISH -> x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
            case GELU -> 0.5 * x * (1 + erf(x * ROOT_HALF));
            case GELU_TANH -> 0.5 * x * (1 + StrictMath.tanh(ROOT_TWO_BY_PI * (x + 0.044715 * x * x * x)));
            case SWISH -> x * sigmoid(a * x);
            case MISH -> x * StrictMath.tanh(softplus(x));
            case THRESHOLDED_RELU -> x > a ? x : 0;
            case SHRINK -> x < -a ? x + b : x > a ? x - b : 0;
            case SCALED_TANH -> a * StrictMath.tanh(b * x);
            case NOT, BITWISE_NOT -> x;
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    /** Without overflow for large x, without cancellation for small ones. */
    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    private static double asinh(double x) {
        double m = Math.abs(x);
        double y = m > 1e8
                ? StrictMath.log(m) + StrictMath.log(2)
                : StrictMath.log1p(m + m * m / (1 + Math.sqrt(m * m + 1)));
        return Math.copySign(y, x);
    }

    private static double acosh(double x) {
        if (x > 1e8) {
            return StrictMath.log(x) + StrictMath.log(2);
        }
        double t = x - 1;
        return StrictMath.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /**
     * erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign, so that nothing
     * cancels; from 6 on it is 1 in f64. The rounding error of x² is put back, for e^(−x²) would
     * magnify it.
     */
    static double erf(double x) {
        double m = Math.abs(x);
        if (!(m < 6)) {
            return m >= 6 ? Math.signum(x) : x;
        }
        double square = m * m;
        double lost = Powers.lowOfProduct(m, m, square);
        double term = m;
        double sum = m;
        for (int n = 1; term > sum * 0x1p-54; n++) {
            term *= 2 * square / (2 * n + 1);
            sum += term;
        }
        double y = TWO_BY_ROOT_PI * (StrictMath.exp(-square) * (1 - lost)) * sum;
        return Math.copySign(y, x);
    }

    /** Whether {@link #binary} has the function. */
    static boolean has(BinaryFn fn) {
        return fn.ordinal() < BinaryFn.SHIFT_LEFT.ordinal() || fn == BinaryFn.GATE;
    }

    static double binary(BinaryFn fn, double a, double b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case POW -> Powers.pow(a, b);
            case MOD -> mod(a, b);
            case FMOD -> a % b;
            case PRELU -> a >= 0 ? a : b * a;
            case GATE -> b > 0 ? a : 0;
            default -> Double.NaN;
        };
    }

    private static double mod(double a, double b) {
        double rest = a % b;
        return rest != 0 && rest < 0 != b < 0 ? rest + b : rest;
    }

    /** A predicate; floats that are not 0 count as true. */
    static boolean test(BinaryFn fn, double a, double b) {
        return switch (fn) {
            case AND -> a != 0 && b != 0;
            case OR -> a != 0 || b != 0;
            case XOR -> a != 0 != (b != 0);
            case EQUAL -> a == b;
            case LESS -> a < b;
            case LESS_OR_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_OR_EQUAL -> a >= b;
            default -> false;
        };
    }

    static double neutral(ReduceFn fn) {
        return switch (fn) {
            case SUM, SUM_SQUARE, SUM_ABS -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** A reduction's next value. */
    static double reduce(ReduceFn fn, double y, double x) {
        return switch (fn) {
            case SUM -> y + x;
            case SUM_SQUARE -> y + x * x;
            case SUM_ABS -> y + Math.abs(x);
            case PROD -> y * x;
            case MAX -> Math.max(y, x);
            case MIN -> Math.min(y, x);
        };
    }
}
