package dev.lanewise.runtime.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The emulated fused multiply-add gives the bits of {@link Math#fma(float, float, float)}. */
class FmaTest {

    private static final float[] SPECIAL = {
        0f, -0f, 1f, -1f, Float.MIN_VALUE, -Float.MIN_VALUE, 3 * Float.MIN_VALUE, Float.MIN_NORMAL,
        -Float.MIN_NORMAL, Math.nextDown(Float.MIN_NORMAL), Float.MAX_VALUE, -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0.5f, 2f, Math.nextUp(1f),
        Math.nextDown(1f), 0x1p-75f, 0x1p-74f, 0x1.8p-75f, 0x1p64f, 0x1p63f
    };

    @Test
    void specialValues() {
        for (float a : SPECIAL) {
            for (float b : SPECIAL) {
                for (float c : SPECIAL) {
                    check(a, b, c);
                }
            }
        }
    }

    /** Any bits at all: most of these overflow, underflow or are far apart. */
    @Test
    void anyBits() {
        Random random = new Random(1);
        for (int i = 0; i < 3_000_000; i++) {
            check(
                    Float.intBitsToFloat(random.nextInt()),
                    Float.intBitsToFloat(random.nextInt()),
                    Float.intBitsToFloat(random.nextInt()));
        }
    }

    /** An addend close to the product: cancellation and ties. */
    @Test
    void closeAddends() {
        Random random = new Random(2);
        for (int i = 0; i < 3_000_000; i++) {
            float a = shortFloat(random, 12);
            float b = shortFloat(random, 12);
            float product = (float) ((double) a * b);
            float c = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(60) - 30) * product;
            check(a, b, c);
            check(a, b, -product);
        }
    }

    /** Results near and below the smallest normal number, where floats have fewer bits. */
    @Test
    void subnormalResults() {
        Random random = new Random(3);
        for (int i = 0; i < 3_000_000; i++) {
            float a = Math.scalb(1 + random.nextFloat(), -40 - random.nextInt(40));
            float b = Math.scalb(1 + random.nextFloat(), -50 - random.nextInt(40));
            float c = Float.intBitsToFloat(random.nextInt(0x01000000));
            check(a, b, random.nextBoolean() ? c : -c);
        }
    }

    /**
     * Sums that lie exactly between two floats, or a hair beside: what rounding twice gets wrong.
     */
    @Test
    void ties() {
        Random random = new Random(4);
        for (int i = 0; i < 1_000_000; i++) {
            int exponent = random.nextInt(200) - 100;
            float c = Math.scalb(1 + (random.nextInt() & 0xff) * 0x1p-23f, exponent);
            float half = Math.scalb(1f, exponent - 24);
            float near = random.nextInt(3) - 1;
            // a · b = half of c's last bit, or beside it by one in 2^23 or 2^46
            float a = half * (1 + near * 0x1p-23f);
            float b = 1 + (random.nextInt(3) - 1) * 0x1p-23f;
            check(a, b, c);
            check(-a, b, c);
        }
    }

    /** A float of few bits, so that products of two often end exactly where a float does. */
    private static float shortFloat(Random random, int bits) {
        return Math.scalb((float) random.nextInt(1 << bits), random.nextInt(20) - 10);
    }

    private static void check(float a, float b, float c) {
        float expected = Math.fma(a, b, c);
        float found = Fma.exact(a, b, c);
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(found)) {
            assertEquals(expected, found, "fma(" + a + ", " + b + ", " + c + ")");
        }
    }
}
