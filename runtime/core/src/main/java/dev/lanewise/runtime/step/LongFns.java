package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * The elementwise functions in 64-bit integers, for all integer types: what is wider than the type
 * wraps when it is stored. {@code unsigned} stands for U64, whose values do not fit a long; those of the
 * smaller unsigned types do. Allocates nothing.
 */
final class LongFns {

    private LongFns() {}

    /** Whether {@link #unary} has the function for elements of this type. */
    static boolean has(UnaryFn fn, DType type) {
        return switch (fn) {
            case NOT -> type == DType.BOOL;
            case ABS, NEG, SQUARE, AFFINE, FLOOR, CEIL, ROUND, SIGN, RELU, CLIP, BITWISE_NOT -> type != DType.BOOL;
            default -> false;
        };
    }

    /** Parameters are rounded towards zero. */
    static long unary(UnaryFn fn, long a, long b, long x, boolean unsigned) {
        return switch (fn) {
            case ABS -> unsigned ? x : Math.abs(x);
            case NEG -> -x;
            case SQUARE -> x * x;
            case AFFINE -> a * x + b;
            case SIGN -> unsigned ? (x == 0 ? 0 : 1) : Long.signum(x);
            case RELU -> unsigned ? x : Math.max(x, 0);
            case CLIP -> min(max(x, a, unsigned), b, unsigned);
            case NOT -> x == 0 ? 1 : 0;
            case BITWISE_NOT -> ~x;
            default -> x;
        };
    }

    /** Whether {@link #binary} has the function for elements of this type. */
    static boolean has(BinaryFn fn, DType type) {
        return type != DType.BOOL || fn == BinaryFn.MIN || fn == BinaryFn.MAX
                || fn.ordinal() >= BinaryFn.BITWISE_AND.ordinal() && !fn.isPredicate();
    }

    static long binary(BinaryFn fn, long a, long b, boolean unsigned) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : unsigned ? Long.divideUnsigned(a, b) : a / b;
            case MIN -> min(a, b, unsigned);
            case MAX -> max(a, b, unsigned);
            case POW -> pow(a, b, unsigned);
            case MOD -> b == 0 ? 0 : unsigned ? Long.remainderUnsigned(a, b) : Math.floorMod(a, b);
            case FMOD -> b == 0 ? 0 : unsigned ? Long.remainderUnsigned(a, b) : a % b;
            case PRELU -> unsigned || a >= 0 ? a : b * a;
            case GATE -> b > 0 || unsigned && b != 0 ? a : 0;
            case SHIFT_LEFT -> b < 0 || b > 63 ? 0 : a << b;
            case SHIFT_RIGHT -> unsigned
                    ? (b < 0 || b > 63 ? 0 : a >>> b)
                    : a >> (b < 0 || b > 63 ? 63 : b);
            case BITWISE_AND -> a & b;
            case BITWISE_OR -> a | b;
            case BITWISE_XOR -> a ^ b;
            default -> 0;
        };
    }

    private static long min(long a, long b, boolean unsigned) {
        return compare(a, b, unsigned) <= 0 ? a : b;
    }

    private static long max(long a, long b, boolean unsigned) {
        return compare(a, b, unsigned) >= 0 ? a : b;
    }

    private static int compare(long a, long b, boolean unsigned) {
        return unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }

    /** By squaring; 1 / aⁿ is rounded towards zero. */
    private static long pow(long a, long n, boolean unsigned) {
        if (n < 0 && !unsigned) {
            return a == 1 ? 1 : a == -1 ? ((n & 1) == 0 ? 1 : -1) : 0;
        }
        long y = 1;
        for (long rest = n; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                y *= a;
            }
            a *= a;
        }
        return y;
    }

    static boolean test(BinaryFn fn, long a, long b, boolean unsigned) {
        return switch (fn) {
            case AND -> a != 0 && b != 0;
            case OR -> a != 0 || b != 0;
            case XOR -> a != 0 != (b != 0);
            case EQUAL -> a == b;
            case LESS -> compare(a, b, unsigned) < 0;
            case LESS_OR_EQUAL -> compare(a, b, unsigned) <= 0;
            case GREATER -> compare(a, b, unsigned) > 0;
            case GREATER_OR_EQUAL -> compare(a, b, unsigned) >= 0;
            default -> false;
        };
    }

    /** Of an empty reduction: the least and the greatest value of the type stand for ∓∞. */
    static long neutral(ReduceFn fn, DType type) {
        return switch (fn) {
            case SUM, SUM_SQUARE, SUM_ABS -> 0;
            case PROD -> 1;
            case MAX -> least(type);
            case MIN -> greatest(type);
        };
    }

    static long reduce(ReduceFn fn, long y, long x, boolean unsigned) {
        return switch (fn) {
            case SUM -> y + x;
            case SUM_SQUARE -> y + x * x;
            case SUM_ABS -> y + (unsigned ? x : Math.abs(x));
            case PROD -> y * x;
            case MAX -> max(y, x, unsigned);
            case MIN -> min(y, x, unsigned);
        };
    }

    /** The least value of an integer type or of booleans. */
    static long least(DType type) {
        return type.isUnsigned() ? 0 : -1L << type.bits() - 1;
    }

    /** The greatest value, for U64 its bits. */
    static long greatest(DType type) {
        return -1L >>> 64 - type.bits() + (type.isUnsigned() ? 0 : 1);
    }
}
