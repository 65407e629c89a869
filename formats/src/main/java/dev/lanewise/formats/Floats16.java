package dev.lanewise.formats;

/** Conversions between f32 and the two 16-bit float types, rounding halves to even. */
public final class Floats16 {

    private Floats16() {}

    /** The f32 value of IEEE binary16 bits. Exact. */
    public static float fromF16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
    }

    /** The binary16 bits nearest to {@code value}; beyond 65504 infinity. */
    public static short toF16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | (magnitude >>> 13 & 0x3ff));
        }
        if (magnitude >= 0x477ff000) { // rounds to 65520 or more
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) { // below 2^-14: subnormal, in units of 2^-24
            float units = Float.intBitsToFloat(magnitude) * 0x1p24f;
            return (short) (sign | (int) Math.rint(units));
        }
        int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1);
        return (short) (sign | (rounded - 0x38000000) >>> 13);
    }

    /**
     * The binary16 bits nearest to {@code value}, rounded once: a detour over f32 would round twice.
     */
    public static short toF16(double value) {
        return toF16(roundToOdd(value));
    }

    /** The f32 value of bfloat16 bits. Exact. */
    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bfloat16 bits nearest to {@code value}. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fffffff) > 0x7f800000) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** As {@link #toF16(double)} for bfloat16. */
    public static short toBf16(double value) {
        return toBf16(roundToOdd(value));
    }

    /** {@code value} as f32 with a sticky last bit, so that rounding it again rounds correctly. */
    private static float roundToOdd(double value) {
        float nearest = (float) value;
        if (nearest == value || Float.isNaN(nearest)) {
            return nearest;
        }
        if ((Float.floatToRawIntBits(nearest) & 1) == 1) {
            return nearest;
        }
        boolean above = nearest > value;
        return above == nearest > 0 ? towardsZero(nearest) : awayFromZero(nearest);
    }

    private static float towardsZero(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) - 1);
    }

    private static float awayFromZero(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) + 1);
    }
}
