package dev.lanewise.compiler.op;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;

/** The elementwise functions in double precision and in 64-bit integers: what the kernels are tested against. */
final class Functions {

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private Functions() {}

    static double unary(UnaryFn fn, double a, double b, double x) {
        return switch (fn) {
            case ABS -> Math.abs(x);
            case NEG -> -x;
            case SQRT -> Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case SQUARE -> x * x;
            case AFFINE -> a * x + b;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TAN -> Math.tan(x);
            case ASIN -> Math.asin(x);
            case ACOS -> Math.acos(x);
            case ATAN -> Math.atan(x);
            case SINH -> Math.sinh(x);
            case COSH -> Math.cosh(x);
            case TANH -> Math.tanh(x);
            case ASINH -> x < 0 ? -asinh(-x) : asinh(x);
            case ACOSH -> Math.log(x + Math.sqrt(x * x - 1));
            case ATANH -> 0.5 * (Math.log1p(x) - Math.log1p(-x));
            case SIGMOID -> sigmoid(x);
            case ERF -> erf(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case SIGN -> Math.signum(x);
            case RELU -> Math.max(x, 0);
            case LEAKY_RELU -> x >= 0 ? x : a * x;
            case CLIP -> Math.min(Math.max(x, a), b);
            case ELU -> x > 0 ? x : a * Math.expm1(x);
            case SELU -> x > 0 ? b * x : b * a * Math.expm1(x);
            case CELU -> Math.max(x, 0) + Math.min(0, a * Math.expm1(x / a));
            case SOFTPLUS -> softplus(x);
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case HARD_SIGMOID -> Math.min(Math.max(a * x + b, 0), 1);
            case HARD_SWISH -> x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
            case GELU -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)));
            case SWISH -> x * sigmoid(a * x);
            case MISH -> x * Math.tanh(softplus(x));
            case THRESHOLDED_RELU -> x > a || x != x ? x : 0;
            case SHRINK -> x < -a ? x + b : x > a ? x - b : x != x ? x : 0;
            case SCALED_TANH -> a * Math.tanh(b * x);
            case NOT -> x == 0 ? 1 : 0;
            case BITWISE_NOT -> ~(long) x;
        };
    }

    /** On integers, where the function is defined on them; others go through double. */
    static long unary(UnaryFn fn, double a, double b, long x, DType type) {
        return switch (fn) {
            case ABS -> type.isUnsigned() ? x : Math.abs(x);
            case NEG -> -x;
            case SQUARE -> x * x;
            case SIGN -> type == DType.U64 ? (x == 0 ? 0 : 1) : Long.signum(x);
            case NOT -> x == 0 ? 1 : 0;
            case BITWISE_NOT -> ~x;
            case RELU -> type.isUnsigned() ? x : Math.max(x, 0);
            case FLOOR, CEIL, ROUND -> x;
            default -> (long) unary(fn, a, b, (double) x);
        };
    }

    private static double asinh(double x) {
        return Math.log1p(x + x * x / (1 + Math.sqrt(x * x + 1)));
    }

    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /**
     * The error function: its Maclaurin series below 3 (all terms of one sign after factoring e^(-x²)),
     * the continued fraction of erfc above (Abramowitz, Stegun 7.1.6 and 7.1.14).
     */
    static double erf(double x) {
        double z = Math.abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        double result;
        if (z < 3) {
            double term = z;
            double sum = z;
            for (int n = 1; term > sum * 1e-17; n++) {
                term *= 2 * z * z / (2 * n + 1);
                sum += term;
            }
            result = 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
        } else if (z < 7) {
            double fraction = 0;
            for (int n = 60; n >= 1; n--) {
                fraction = n / 2.0 / (z + fraction);
            }
            result = 1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction);
        } else {
            result = 1;
        }
        return x < 0 ? -result : result;
    }

    static double binary(BinaryFn fn, double x, double y) {
        return switch (fn) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> x / y;
            case MIN -> Math.min(x, y);
            case MAX -> Math.max(x, y);
            case POW -> x == 1 || x == -1 && Double.isInfinite(y) ? 1 : Math.pow(x, y); // as IEEE 754 has it
            case MOD -> {
                double r = x % y;
                yield r != 0 && r < 0 != y < 0 ? r + y : r;
            }
            case FMOD -> x % y;
            case PRELU -> x >= 0 ? x : y * x;
            case GATE -> y > 0 ? x : 0;
            default -> predicate(fn, x, y) ? 1 : 0;
        };
    }

    static boolean predicate(BinaryFn fn, double x, double y) {
        return switch (fn) {
            case AND -> x != 0 && y != 0;
            case OR -> x != 0 || y != 0;
            case XOR -> x != 0 != (y != 0);
            case EQUAL -> x == y;
            case LESS -> x < y;
            case LESS_OR_EQUAL -> x <= y;
            case GREATER -> x > y;
            case GREATER_OR_EQUAL -> x >= y;
            default -> throw new IllegalArgumentException(fn + " is no predicate");
        };
    }

    static long binary(BinaryFn fn, long x, long y, DType type) {
        boolean unsigned = type == DType.U64;
        int order = unsigned ? Long.compareUnsigned(x, y) : Long.compare(x, y);
        return switch (fn) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> y == 0 ? 0 : unsigned ? Long.divideUnsigned(x, y) : x / y;
            case MIN -> order <= 0 ? x : y;
            case MAX -> order >= 0 ? x : y;
            case POW -> power(x, y);
            case MOD -> y == 0 ? 0 : unsigned ? Long.remainderUnsigned(x, y) : Math.floorMod(x, y);
            case FMOD -> y == 0 ? 0 : unsigned ? Long.remainderUnsigned(x, y) : x % y;
            case PRELU -> x >= 0 ? x : x * y;
            case GATE -> y > 0 || unsigned && y != 0 ? x : 0;
            case SHIFT_LEFT -> y >= 64 || y < 0 ? 0 : x << y;
            case SHIFT_RIGHT -> y >= 64 || y < 0 ? 0 : type.isUnsigned() ? x >>> y : x >> y;
            case BITWISE_AND -> x & y;
            case BITWISE_OR -> x | y;
            case BITWISE_XOR -> x ^ y;
            case AND -> x != 0 && y != 0 ? 1 : 0;
            case OR -> x != 0 || y != 0 ? 1 : 0;
            case XOR -> x != 0 != (y != 0) ? 1 : 0;
            case EQUAL -> x == y ? 1 : 0;
            case LESS -> order < 0 ? 1 : 0;
            case LESS_OR_EQUAL -> order <= 0 ? 1 : 0;
            case GREATER -> order > 0 ? 1 : 0;
            case GREATER_OR_EQUAL -> order >= 0 ? 1 : 0;
        };
    }

    /** By squaring, wrapping around; negative exponents as real division truncated. */
    static long power(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
        }
        long result = 1;
        long square = base;
        for (long e = exponent; e > 0; e >>= 1) {
            if ((e & 1) == 1) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }
}
