package dev.lanewise.runtime.step;

/**
 * aᵇ in f64, the same on every machine, within one unit in the last place. In place of StrictMath's, which
 * makes arrays. The special cases are those of IEEE 754: 1 wherever b is ±0 or a is 1, or a is -1 and b infinite; NaN
 * for a negative number to a broken power.
 *
 * <p>aᵇ = e^(b · ln a), ln a and its product with b being sums of two doubles (Dekker 1971), for b magnifies what ln a
 * lacks. Without Math.fma, which is slow where it is no instruction.
 */
final class Powers {

    private static final double ROOT_TWO = 1.4142135623730951;

    /** ln 2: 42 bits, whose products with an exponent are exact, and the rest. */
    private static final double LN_2_HIGH = 0x1.62e42fefa38p-1;
    private static final double LN_2_LOW = 0x1.ef35793c7673p-45;
    private static final double ONE_BY_LN_2 = 1.4426950408889634;

    /** Beyond these e^z is infinite, or 0. */
    private static final double MOST = 710;
    private static final double LEAST = -746;

    /** Terms of {@code x⁴/5 + x⁶/7 + …} that are not lost behind x² ≤ 0.0295, and of {@code r²/2! + r³/3! + …}. */
    private static final int LAST_ODD = 27;
    private static final double[] BY_FACTORIAL = new double[16];

    static {
        BY_FACTORIAL[0] = 1;
        double factorial = 1; // up to 18! a double has all of it
        for (int i = 1; i < BY_FACTORIAL.length; i++) {
            factorial *= i;
            BY_FACTORIAL[i] = 1 / factorial;
        }
    }

    private Powers() {}

    static double pow(double a, double b) {
        if (b == 0 || a == 1) {
            return 1;
        }
        boolean negative = Double.doubleToRawLongBits(a) < 0;
        boolean integer = b % 1 == 0 || Double.isInfinite(b);
        if (a < 0 && !integer && a != Double.NEGATIVE_INFINITY) {
            return Double.NaN;
        }
        double y = a == -1 ? 1 : ofPositive(Math.abs(a), b);
        return negative && Math.abs(b % 2) == 1 ? -y : y;
    }

    /** For a that is not 1. */
    private static double ofPositive(double a, double b) {
        if (!(a > 0) || Double.isInfinite(a) || Double.isNaN(b) || Double.isInfinite(b)) {
            return StrictMath.exp(b * StrictMath.log(a));
        }
        int exponent = Math.getExponent(a);
        double m = a;
        if (exponent < Double.MIN_EXPONENT) { // subnormal
            m *= 0x1p54;
            exponent = Math.getExponent(m) - 54;
            m = Math.scalb(m, -exponent - 54);
        } else {
            m = Math.scalb(m, -exponent);
        }
        if (m > ROOT_TWO) {
            m /= 2;
            exponent++;
        }
        // s = (m - 1) / (m + 1)
        double n = m - 1;
        double d = m + 1;
        double dLow = m <= 1 ? m - (d - 1) : 1 - (d - m);
        double s = n / d;
        double product = s * d;
        double sLow = (n - product - lowOfProduct(s, d, product) - s * dLow) / d;
        // ln m = 2s (1 + s²/3 + s⁴/5 + …), of which the first two terms are taken as sums of two
        double x = s * s;
        double xLow = lowOfProduct(s, s, x) + 2 * s * sLow;
        double third = x / 3;
        double triple = 3 * third;
        double thirdLow = (x - triple - lowOfProduct(3, third, triple) + xLow) / 3;
        double rest = 0;
        for (int odd = LAST_ODD; odd >= 5; odd -= 2) {
            rest = rest * x + 1.0 / odd;
        }
        rest *= x * x;
        double f = third + rest;
        double fLow = third - f + rest + thirdLow;
        double q = s * f;
        double qLow = lowOfProduct(s, f, q) + s * fLow + sLow * f;
        double half = s + q;
        double halfLow = s - half + q + qLow + sLow;
        // ln a
        double twos = exponent * LN_2_HIGH;
        double sum = exponent == 0 ? 2 * half : twos + 2 * half;
        double sumLow = exponent == 0 ? 2 * halfLow : twos - sum + 2 * half + (exponent * LN_2_LOW + 2 * halfLow);
        double ln = sum + sumLow;
        double lnLow = sum - ln + sumLow;
        double z = b * ln;
        if (z > MOST) {
            return Double.POSITIVE_INFINITY;
        }
        if (z < LEAST) {
            return 0;
        }
        return exp(z, lowOfProduct(b, ln, z) + b * lnLow);
    }

    /** {@code e^(z + low)}, z between {@link #LEAST} and {@link #MOST}, low a rounding error of it. */
    private static double exp(double z, double low) {
        double k = Math.rint(z * ONE_BY_LN_2);
        double high = z - k * LN_2_HIGH;
        double rest = low - k * LN_2_LOW;
        double r = high + rest;
        double restOfHigh = r - high;
        double c = high - (r - restOfHigh) + (rest - restOfHigh); // exact, whichever is larger
        double p = 0;
        for (int i = BY_FACTORIAL.length - 1; i >= 2; i--) {
            p = p * r + BY_FACTORIAL[i];
        }
        return Math.scalb(1 + (r + (r * r * p + (c + c * r))), (int) k);
    }

    /** {@code a · b − product}, exactly, by Veltkamp's splitting. */
    static double lowOfProduct(double a, double b, double product) {
        double aBig = a * 134217729.0;
        double aHigh = aBig - (aBig - a);
        double aLow = a - aHigh;
        double bBig = b * 134217729.0;
        double bHigh = bBig - (bBig - b);
        double bLow = b - bHigh;
        return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
    }
}
