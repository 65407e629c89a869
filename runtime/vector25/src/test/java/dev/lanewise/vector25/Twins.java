package dev.lanewise.vector25;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Random;

/**
 * What all twin tests share, as in {@code runtime/vector}: sizes that hit tails, arrays with junk around
 * them, comparison of bits.
 */
final class Twins {

    static final int[] SIZES = {
        1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 257
    };

    private static final float[] SPECIAL = {
        0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.MIN_VALUE,
        -Float.MIN_VALUE, 1e-41f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_NORMAL
    };

    private Twins() {}

    /** Values around 1 in size. */
    static float[] values(long seed, int n) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
        return x;
    }

    /** Ordinary values with a special one here and there. */
    static float[] specials(long seed, int n) {
        float[] x = values(seed, n);
        Random random = new Random(~seed);
        for (int i = random.nextInt(7); i < n; i += 1 + random.nextInt(40)) {
            x[i] = SPECIAL[random.nextInt(SPECIAL.length)];
        }
        return x;
    }

    /** NaNs of one kind count as the same; zeros of different signs do not. */
    static void assertSameBits(String what, float[] scalar, float[] vector) {
        for (int i = 0; i < scalar.length; i++) {
            if (Float.floatToIntBits(scalar[i]) != Float.floatToIntBits(vector[i])) {
                fail(what + ": [" + i + "] is " + scalar[i] + " scalar, " + vector[i] + " vector");
            }
        }
    }

    /** Fails where anything but {@code rows} × {@code n} elements of {@code after} was written. */
    static void assertOnly(
            String what, float[] before, float[] after, int off, int rows, int n, int stride) {
        for (int i = 0; i < before.length; i++) {
            int at = i - off;
            boolean inside = at >= 0 && at / stride < rows && at % stride < n;
            if (!inside && Float.floatToRawIntBits(before[i]) != Float.floatToRawIntBits(after[i])) {
                fail(what + ": [" + i + "] outside the result was overwritten");
            }
        }
    }
}
