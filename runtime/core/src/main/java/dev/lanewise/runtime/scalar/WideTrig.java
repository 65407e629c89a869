package dev.lanewise.runtime.scalar;

/**
 * Sine, cosine and tangent of any float by way of double: for arguments too large for {@link
 * ScalarMath#sin}'s reduction, and for the tangent. Why not StrictMath: its reduction allocates.
 * Error ≤ 0.51 ULP.
 *
 * <p>The argument, an integer of 24 bits times a power of two, is multiplied by as many bits of 2/π
 * as matter (Payne, Hanek 1983), in integers; polynomials are Taylor's.
 */
final class WideTrig {

    /** 2/π as a binary fraction, 32 bits each, from the bit of weight 2. */
    private static final int[] TWO_OVER_PI = {
        0x28be60db, 0x9391054a, 0x7f09d5f4, 0x7d4d3770, 0x36d8a566, 0x4f10e410, 0x7f9458ea
    };

    /** π/2 · 2⁻⁶² */
    private static final double QUARTER_TURN = 0x1.921fb54442d18p-62;

    private static final double NEAR = 0.5;

    private WideTrig() {}

    static float sin(float x) {
        if (!(Math.abs(x) <= Float.MAX_VALUE)) {
            return Float.NaN;
        }
        if (Math.abs(x) < NEAR) {
            return (float) sinOf(x);
        }
        long turns = quarterTurns(x);
        double y = quadrant(turns, 0);
        return (float) (x < 0 ? -y : y);
    }

    static float cos(float x) {
        if (!(Math.abs(x) <= Float.MAX_VALUE)) {
            return Float.NaN;
        }
        return (float) (Math.abs(x) < NEAR ? cosOf(x) : quadrant(quarterTurns(x), 1));
    }

    static float tan(float x) {
        if (!(Math.abs(x) <= Float.MAX_VALUE)) {
            return Float.NaN;
        }
        if (Math.abs(x) < NEAR) {
            return (float) (sinOf(x) / cosOf(x));
        }
        long turns = quarterTurns(x);
        double y = quadrant(turns, 0) / quadrant(turns, 1);
        return (float) (x < 0 ? -y : y);
    }

    /** |x| / (π/2) modulo 4 for |x| ≥ 0.5: an unsigned number with 62 bits after the point. */
    private static long quarterTurns(float x) {
        int bits = Float.floatToRawIntBits(x);
        long significand = (bits & 0x007fffff) << 8 | 0x80000000;
        significand &= 0xffffffffL;
        int exponent = (bits >> 23 & 0xff) - 126;
        int word = exponent >> 5;
        int shift = exponent & 31;
        long high = window(word - 1, shift);
        long middle = window(word, shift);
        long low = window(word + 1, shift);
        long p = significand * middle + (significand * low >>> 32);
        return (significand * high << 32) + p;
    }

    /** 32 bits of 2/π from {@code shift} bits into a word; zeros before the first. */
    private static long window(int word, int shift) {
        long here = word < 0 ? 0 : TWO_OVER_PI[word] & 0xffffffffL;
        long next = TWO_OVER_PI[word + 1] & 0xffffffffL;
        return (here << 32 | next) >>> 32 - shift & 0xffffffffL;
    }

    /** Sine of an angle in quarter turns, {@code more} of them added. */
    private static double quadrant(long turns, int more) {
        long fraction = turns << 2 >> 2; // −½ … ½ of a quarter turn
        int quarter = (int) (turns - fraction >>> 62) + more;
        double r = fraction * QUARTER_TURN;
        double y = (quarter & 1) == 0 ? sinOf(r) : cosOf(r);
        return (quarter & 2) == 0 ? y : -y;
    }

    /** |r| ≤ π/4 */
    private static double sinOf(double r) {
        double s = r * r;
        double p = s * (1 / 6227020800.0) - 1 / 39916800.0;
        p = p * s + 1 / 362880.0;
        p = p * s - 1 / 5040.0;
        p = p * s + 1 / 120.0;
        p = p * s - 1 / 6.0;
        return r == 0 ? r : r + r * (s * p); // keeps the sign of zero
    }

    /** |r| ≤ π/4 */
    private static double cosOf(double r) {
        double s = r * r;
        double p = 1 / 479001600.0 - s * (1 / 87178291200.0);
        p = p * s - 1 / 3628800.0;
        p = p * s + 1 / 40320.0;
        p = p * s - 1 / 720.0;
        p = p * s + 1 / 24.0;
        p = p * s - 0.5;
        return 1 + s * p;
    }
}
