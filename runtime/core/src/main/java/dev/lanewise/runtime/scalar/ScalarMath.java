package dev.lanewise.runtime.scalar;

import static dev.lanewise.runtime.scalar.Fma.fma;

/**
 * Transcendental functions of f32 as polynomials in f32, in a fixed order of operations; {@code
 * Vector…} kernels repeat them operation by operation, so that both give the same bits on every
 * machine. Stateless, allocates nothing.
 *
 * <p>The errors stated are maxima against a double reference over every exponent and dense random
 * mantissas, in units in the last place of the correctly rounded result (ULP); {@code
 * ScalarMathTest} measures them and fails where one is exceeded. Polynomials are minimax fits in
 * relative error with coefficients rounded to f32 one after the other (Lawson's algorithm), made
 * for this library. NaN gives NaN everywhere.
 *
 * <p>Functions that are rare in networks ({@link #asin} … {@link #pow}) are {@link StrictMath}
 * in double, narrowed, and {@link #tan} is of that kind: the same bits everywhere too, 0.5 ULP, and
 * about ten times slower.
 */
public final class ScalarMath {

    // Constants are public for the vector twins. Comments give what they stand for.

    /** Added and subtracted, rounds to the nearest integer, which then sits in the low bits. */
    public static final float ROUNDER = 0x1.8p23f;

    public static final int ROUNDER_BITS = 0x4B400000;

    public static final float LOG2_E = 0x1.715476p0f;
    public static final float LN2 = 0x1.62e43p-1f;
    /** ln 2 − {@link #LN2} */
    public static final float LN2_LO = -0x1.05c61p-29f;

    /** Above this e^x exceeds the largest float. */
    public static final float EXP_OVERFLOW = 0x1.62e42ep6f; // 88.72283
    /** Below this e^x is less than half the smallest subnormal. */
    public static final float EXP_UNDERFLOW = -0x1.9fe368p6f; // -103.97208

    // (e^r − 1 − r) / r² on |r| ≤ ln 2 / 2, relative error 1.4e-8
    public static final float E0 = 0x1.fffffep-2f;
    public static final float E1 = 0x1.5554b2p-3f;
    public static final float E2 = 0x1.5557p-5f;
    public static final float E3 = 0x1.1226b8p-7f;
    public static final float E4 = 0x1.6b8d7ep-10f;

    // (e^2u − 1 − 2u) / 2u² on |u| ≤ ln 2 / 4: those of e^r, times powers of two
    public static final float H0 = 2 * E0;
    public static final float H1 = 4 * E1;
    public static final float H2 = 8 * E2;
    public static final float H3 = 16 * E3;
    public static final float H4 = 32 * E4;

    /** 2^k of an e^x that is subnormal is a normal number times 2^{@link #FAR}. */
    public static final int FAR = 64;

    /** 2^−{@link #FAR} */
    public static final float FROM_FAR = 0x1p-64f;

    /** {@link #ROUNDER} that leaves k + 127, the biased exponent of 2^k, in the low bits. */
    public static final float WEIGHT_ROUNDER = 0x1.8000fep23f;

    /** Below this {@link #weight} is 0; e to this is four times the smallest normal number. */
    public static final float WEIGHT_UNDERFLOW = -86f;

    // (2^r − 1) / r on |r| ≤ 1/2, relative error of 2^r 9.4e-8
    public static final float W1 = 0x1.62e42ap-1f;
    public static final float W2 = 0x1.ebf9c2p-3f;
    public static final float W3 = 0x1.c6b6dap-5f;
    public static final float W4 = 0x1.3ce8b2p-7f;
    public static final float W5 = 0x1.5bd97cp-10f;

    // (ln(1 + f) − f) / f² on |f| ≤ 1/3, relative error 4.8e-9
    public static final float L0 = -0.5f;
    public static final float L1 = 0x1.555504p-2f;
    public static final float L2 = -0x1.fffef2p-3f;
    public static final float L3 = 0x1.99d164p-3f;
    public static final float L4 = -0x1.559deap-3f;
    public static final float L5 = 0x1.1ec178p-3f;
    public static final float L6 = -0x1.f30506p-4f;
    public static final float L7 = 0x1.1ed854p-3f;
    public static final float L8 = -0x1.0830c4p-3f;

    /** 1/3: {@link #softplus} halves 1 + e above it. */
    public static final float SOFTPLUS_SPLIT = 0x1.555556p-2f;

    /** Bits of the float next to 2/3: significands are taken from [2/3, 4/3). */
    public static final int LOG_PIVOT = 0x3f2aaaab;

    // (erf(x) / x − 1) in x² on |x| ≤ ERF_SPLIT, relative error 1.7e-8
    public static final float F0 = 0x1.06eba6p-3f;
    public static final float F1 = -0x1.8126e4p-2f;
    public static final float F2 = 0x1.ce19e6p-4f;
    public static final float F3 = -0x1.b681aep-6f;
    public static final float F4 = 0x1.46fbacp-8f;
    public static final float F5 = -0x1.38fed6p-11f;

    public static final float ERF_SPLIT = 0x1.dbp-1f; // 475/512
    /** erf rounds to 1 from here on. */
    public static final float ERF_ONE = 4f;

    // (−ln(1 − erf(x)) / x − 1) in x on [ERF_SPLIT, ERF_ONE], error 2.9e-9 in erf
    public static final float G0 = 0x1.07314p-3f;
    public static final float G1 = 0x1.457df4p-1f;
    public static final float G2 = 0x1.af1bb2p-4f;
    public static final float G3 = -0x1.76ea8p-6f;
    public static final float G4 = 0x1.a51c08p-9f;
    public static final float G5 = -0x1.c0371ap-13f;

    public static final float TWO_OVER_PI = 0x1.45f306p-1f;
    // π/2 in three parts
    public static final float HALF_PI_1 = 0x1.921fb6p0f;
    public static final float HALF_PI_2 = -0x1.777a5cp-25f;
    public static final float HALF_PI_3 = -0x1.ee59dap-50f;
    /** Beyond this magnitude {@link #sin} and {@link #cos} go by way of double. */
    public static final float TRIG_LIMIT = 30000f;

    // (sin(r) / r − 1) / r² in r² on |r| ≤ π/4, relative error 4e-9
    public static final float S0 = -0x1.555544p-3f;
    public static final float S1 = 0x1.1106c6p-7f;
    public static final float S2 = -0x1.991c26p-13f;

    // (cos(r) − 1 + r²/2) / r⁴ in r² on |r| ≤ π/4, relative error 1.2e-10
    public static final float C0 = 0x1.55554ap-5f;
    public static final float C1 = -0x1.6c0c26p-10f;
    public static final float C2 = 0x1.99e716p-16f;

    public static final float SQRT_HALF = 0x1.6a09e6p-1f;
    /** √(2/π) and √(2/π) · 0.044715, of the tanh form of GELU */
    public static final float GELU_1 = 0x1.988454p-1f;
    public static final float GELU_3 = 0.035677407f;

    public static final float SIXTH = 0x1.555556p-3f;

    /** tanh rounds to 1 before this. */
    public static final float TANH_LIMIT = 10f;
    /** {@link #mish} is x from here on. */
    public static final float MISH_LIMIT = 20f;
    /** e^x − 1 rounds to −1 from here down. */
    public static final float EXPM1_LIMIT = -20f;
    /** Above this {@link #expm1} says +∞. */
    public static final float EXPM1_OVERFLOW = 88f;

    private ScalarMath() {}

    /**
     * eˣ for every x: 2^k · e^r with k = round(x / ln 2), ln 2 in two parts (Cody, Waite 1980), a
     * polynomial of degree 6, and 2^k as two factors, so that subnormal results are rounded once.
     *
     * <p>Error ≤ 1.1 ULP, subnormal results included. e^±0 = 1, e^−∞ = +0, e^+∞ = +∞.
     */
    public static float exp(float x) {
        float t = fma(x, LOG2_E, ROUNDER);
        int k = Float.floatToRawIntBits(t) - ROUNDER_BITS;
        float kf = t - ROUNDER;
        float r = fma(kf, -LN2_LO, fma(kf, -LN2, x));
        float q = fma(fma(fma(fma(E4, r, E3), r, E2), r, E1), r, E0);
        float p = fma(q, r * r, r);
        int half = k >> 1;
        float s1 = Float.intBitsToFloat((half << 23) + 0x3f800000);
        float s2 = Float.intBitsToFloat((k - half << 23) + 0x3f800000);
        float y = fma(p, s1, s1) * s2;
        y = x > EXP_OVERFLOW ? Float.POSITIVE_INFINITY : y;
        return x < EXP_UNDERFLOW ? 0f : y;
    }

    /** {@link #exp} for x ≤ 0, the same bits: where no result is large, one factor 2^(k + 64) and a constant do. */
    private static float expOfNegative(float x) {
        float t = fma(x, LOG2_E, ROUNDER);
        float kf = t - ROUNDER;
        float r = fma(kf, -LN2_LO, fma(kf, -LN2, x));
        float q = fma(fma(fma(fma(E4, r, E3), r, E2), r, E1), r, E0);
        float p = fma(q, r * r, r);
        float s = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + 0x3f800000 + (FAR << 23));
        return x < EXP_UNDERFLOW ? 0f : fma(p, s, s) * FROM_FAR;
    }

    /**
     * What attention weighs values with: eˣ for x ≤ 0 as 2^k · 2^r, k + r = x / ln 2, by a polynomial of
     * degree 5. Half of what {@link #exp} takes, since only the error beside the largest weight, 1, counts.
     *
     * <p>Error ≤ 1.6e-7 absolute. e^±0 = 1, e^−∞ = +0.
     */
    public static float weight(float x) {
        float t = fma(x, LOG2_E, WEIGHT_ROUNDER);
        float r = fma(x, LOG2_E, WEIGHT_ROUNDER - t);
        float q = fma(fma(fma(fma(W5, r, W4), r, W3), r, W2), r, W1);
        float y = fma(q, r, 1f) * Float.intBitsToFloat(Float.floatToRawIntBits(t) << 23);
        return x < WEIGHT_UNDERFLOW ? 0f : y;
    }

    /**
     * eˣ − 1, relative to the result also near 0: 2^k · (e^r − 1) + (2^k − 1), with {@link #exp}'s
     * reduction and polynomial.
     *
     * <p>Error ≤ 1.5 ULP. −∞ gives −1; everything above 88 gives +∞ (f32 itself would reach 88.72);
     * ±0 gives +0; subnormals are their own results.
     */
    public static float expm1(float x) {
        float z = x < EXPM1_LIMIT ? EXPM1_LIMIT : x;
        float t = fma(z, LOG2_E, ROUNDER);
        float kf = t - ROUNDER;
        float r = fma(kf, -LN2_LO, fma(kf, -LN2, z));
        float q = fma(fma(fma(fma(E4, r, E3), r, E2), r, E1), r, E0);
        float p = fma(q, r * r, r);
        float s = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + 0x3f800000);
        float y = fma(p, s, s - 1f);
        return x > EXPM1_OVERFLOW ? Float.POSITIVE_INFINITY : y;
    }

    /**
     * Natural logarithm: x = 2^k · (1 + f) with 1 + f in [2/3, 4/3), then k · ln 2 + ln(1 + f) by a
     * polynomial of degree 10.
     *
     * <p>Error ≤ 1.0 ULP, subnormals included. ±0 gives −∞, negative numbers NaN, +∞ itself.
     */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? x * 0x1p23f : x);
        int e = bits - LOG_PIVOT & 0xff800000;
        float f = Float.intBitsToFloat(bits - e) - 1f;
        float kf = fma((float) e, 0x1p-23f, tiny ? -23f : 0f);
        float y = fma(kf, LN2, log1pReduced(f));
        y = x < Float.POSITIVE_INFINITY ? y : x;
        y = x == 0f ? Float.NEGATIVE_INFINITY : y;
        return x < 0f ? Float.NaN : y;
    }

    /** ln(1 + f) for |f| ≤ 1/3. */
    private static float log1pReduced(float f) {
        float q = fma(fma(fma(fma(L8, f, L7), f, L6), f, L5), f, L4);
        q = fma(fma(fma(fma(q, f, L3), f, L2), f, L1), f, L0);
        return fma(q, f * f, f);
    }

    /**
     * Sine: reduction by π/2 in three parts (Cody, Waite 1980) and polynomials of degree 7 and 8.
     *
     * <p>Error ≤ 1.6 ULP; beyond ±30000 0.51 ULP, by way of double. ±0 gives itself, ±∞ NaN.
     */
    public static float sin(float x) {
        if (!(Math.abs(x) <= TRIG_LIMIT)) {
            return WideTrig.sin(x);
        }
        float t = fma(x, TWO_OVER_PI, ROUNDER);
        float y = quadrant(x, t - ROUNDER, Float.floatToRawIntBits(t));
        return x == 0f ? x : y;
    }

    /** Cosine, as {@link #sin}. Error ≤ 1.6 ULP; ±0 gives 1, ±∞ NaN. */
    public static float cos(float x) {
        if (!(Math.abs(x) <= TRIG_LIMIT)) {
            return WideTrig.cos(x);
        }
        float t = fma(x, TWO_OVER_PI, ROUNDER);
        return quadrant(x, t - ROUNDER, Float.floatToRawIntBits(t) + 1);
    }

    /** Sine of x − kf · π/2, shifted by the quarter turns that the low two bits of k count. */
    private static float quadrant(float x, float kf, int k) {
        float r = fma(kf, -HALF_PI_1, x);
        r = fma(kf, -HALF_PI_3, fma(kf, -HALF_PI_2, r));
        float s = r * r;
        float sin = fma(fma(fma(S2, s, S1), s, S0), s * r, r);
        float cos = fma(fma(fma(fma(C2, s, C1), s, C0), s, -0.5f), s, 1f);
        float y = (k & 1) == 0 ? sin : cos;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) ^ (k & 2) << 30);
    }

    /**
     * 1 / (1 + e⁻ˣ), relative to the result also where that is tiny: with e = e^−|x|, 1 / (1 + e)
     * or e / (1 + e).
     *
     * <p>Error ≤ 2.5 ULP. −∞ gives +0, +∞ gives 1, ±0 gives 0.5.
     */
    public static float sigmoid(float x) {
        float e = expOfNegative(-Math.abs(x));
        return (x < 0f ? e : 1f) / (e + 1f);
    }

    /**
     * Hyperbolic tangent, relative to the result also near 0: m / (m + 1) with m = (e^2|x| − 1) / 2, in the
     * manner of {@link #expm1} with everything halved, and the sign of x.
     *
     * <p>Error ≤ 2.5 ULP. ±0, subnormals and ±1 for ±∞ are exact.
     */
    public static float tanh(float x) {
        int sign = Float.floatToRawIntBits(x) & 0x80000000;
        float z = Math.abs(x);
        z = z > TANH_LIMIT ? TANH_LIMIT : z;
        float t = fma(z, 2 * LOG2_E, ROUNDER);
        float kf = t - ROUNDER;
        float u = fma(kf, -LN2_LO / 2, fma(kf, -LN2 / 2, z));
        float q = fma(fma(fma(fma(H4, u, H3), u, H2), u, H1), u, H0);
        float p = fma(q, u * u, u);
        float s = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + 0x3f800000);
        float m = fma(p, s, fma(s, 0.5f, -0.5f));
        return Float.intBitsToFloat(Float.floatToRawIntBits(m / (m + 1f)) | sign);
    }

    /**
     * Error function: a polynomial in x² below 475/512, 1 − e^(polynomial) above (the form is N.
     * Juffa's).
     *
     * <p>Error ≤ 1.1 ULP. ±0 gives itself, ±∞ gives ±1.
     */
    public static float erf(float x) {
        int sign = Float.floatToRawIntBits(x) & 0x80000000;
        float a = Math.abs(x);
        float s = a * a;
        float near = fma(fma(fma(fma(fma(F5, s, F4), s, F3), s, F2), s, F1), s, F0);
        near = fma(near, a, a);
        float z = a > ERF_ONE ? ERF_ONE : a;
        float g = fma(fma(fma(fma(fma(G5, z, G4), z, G3), z, G2), z, G1), z, G0);
        g = fma(g, -z, -z);
        // e^g as exp() has it, without the ends: −19 < g < 0
        float t = fma(g, LOG2_E, ROUNDER);
        float kf = t - ROUNDER;
        float r = fma(kf, -LN2_LO, fma(kf, -LN2, g));
        float q = fma(fma(fma(fma(E4, r, E3), r, E2), r, E1), r, E0);
        float p = fma(q, r * r, r);
        float scale = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + 0x3f800000);
        float far = 1f - fma(p, scale, scale);
        float y = a > ERF_SPLIT ? far : near;
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | sign);
    }

    /**
     * ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), relative to the result everywhere.
     *
     * <p>Error ≤ 2.0 ULP. −∞ gives +0, +∞ itself.
     */
    public static float softplus(float x) {
        float e = exp(-Math.abs(x));
        boolean big = e > SOFTPLUS_SPLIT;
        float f = big ? (e - 1f) * 0.5f : e;
        float y = log1pReduced(f) + (big ? LN2 : 0f);
        return (x > 0f ? x : 0f) + y;
    }

    /**
     * x · Φ(x) = 0.5 · x · (1 + erf(x / √2)). Absolute error ≤ 1.5e-7 · max(1, |x|); −∞ gives NaN.
     */
    public static float gelu(float x) {
        return x * 0.5f * (erf(x * SQRT_HALF) + 1f);
    }

    /**
     * 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))). Absolute error ≤ 3e-7 · max(1, |x|); −∞
     * gives NaN.
     */
    public static float geluTanh(float x) {
        float u = x * fma(x * x, GELU_3, GELU_1);
        return x * 0.5f * (tanh(u) + 1f);
    }

    /** x · sigmoid(a · x). Error ≤ 3.5 ULP for a = 1; −∞ gives NaN. */
    public static float swish(float x, float a) {
        float e = expOfNegative(-Math.abs(x * a));
        return (x * a < 0f ? e : 1f) / (e + 1f) * x;
    }

    /**
     * x · tanh(ln(1 + eˣ)) = x · n / (n + 2) with n = eˣ · (eˣ + 2). Error ≤ 5 ULP; −∞ gives NaN.
     */
    public static float mish(float x) {
        float e = exp(x > MISH_LIMIT ? MISH_LIMIT : x);
        float n = e * (e + 2f);
        return n / (n + 2f) * x;
    }

    /** ELU, SELU and CELU in one: x ≥ 0 ? p · x : q · (e^(r · x) − 1), see {@link #expm1}. */
    public static float elu(float x, float p, float q, float r) {
        return x >= 0f ? x * p : expm1(x * r) * q;
    }

    /** -1, 1, or x itself where that is ±0 or NaN. */
    public static float sign(float x) {
        return x > 0f ? 1f : x < 0f ? -1f : x;
    }

    /** x ≥ 0 ? x : slope · x */
    public static float prelu(float x, float slope) {
        return x >= 0f ? x : x * slope;
    }

    public static float tan(float x) {
        return WideTrig.tan(x);
    }

    public static float asin(float x) {
        return (float) StrictMath.asin(x);
    }

    public static float acos(float x) {
        return (float) StrictMath.acos(x);
    }

    public static float atan(float x) {
        return (float) StrictMath.atan(x);
    }

    public static float sinh(float x) {
        return (float) StrictMath.sinh(x);
    }

    public static float cosh(float x) {
        return (float) StrictMath.cosh(x);
    }

    /** sign(x) · ln(|x| + √(x² + 1)), by log1p, so that it is relative near 0. */
    public static float asinh(float x) {
        double a = Math.abs((double) x);
        double y = StrictMath.log1p(a + a * a / (1 + StrictMath.sqrt(a * a + 1)));
        return (float) Math.copySign(a > Float.MAX_VALUE ? a : y, x);
    }

    /** ln(x + √(x² − 1)); NaN below 1. */
    public static float acosh(float x) {
        double d = x - 1.0;
        return (float) StrictMath.log1p(d + StrictMath.sqrt(d * (d + 2)));
    }

    /** 0.5 · ln((1 + x) / (1 − x)); NaN beyond ±1. */
    public static float atanh(float x) {
        double a = Math.abs((double) x);
        return (float) Math.copySign(0.5 * StrictMath.log1p(2 * a / (1 - a)), x);
    }

    /**
     * aᵇ = e^(b · ln a) in double (StrictMath's pow allocates), with the special cases of IEEE 754: 1
     * wherever b is ±0 or a is 1, NaN for a negative number to a broken power. Error ≤ 0.51 ULP.
     */
    public static float pow(float a, float b) {
        if (b == 0f || a == 1f) {
            return 1f;
        }
        boolean negative = (Float.floatToRawIntBits(a) & 0x80000000) != 0;
        boolean integer = b % 1f == 0f || Float.isInfinite(b);
        if (a < 0f && !integer && a != Float.NEGATIVE_INFINITY) {
            return Float.NaN;
        }
        float y = a == -1f ? 1f : (float) StrictMath.exp(b * StrictMath.log(Math.abs((double) a)));
        return negative && Math.abs(b % 2f) == 1f ? -y : y;
    }

    /** Remainder with the sign of b, as Python has it. */
    public static float mod(float a, float b) {
        float r = a % b;
        return r != 0f && r < 0f != b < 0f ? r + b : r;
    }
}
