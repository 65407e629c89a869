package dev.lanewise.runtime.scalar;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Random;

/** Inputs of the scalar kernels' tests, and comparison with sums in double. */
final class References {

    private References() {}

    static float[] values(long seed, int n) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
        return x;
    }

    /**
     * Accepts the error of {@code terms} fused multiply-adds in float: at most terms · 2⁻²⁴ of the sum
     * of the terms' sizes.
     *
     * @param size the sum of the absolute values of all terms
     */
    static void assertSum(String what, double expected, double size, int terms, float found) {
        if (!(Math.abs(found - expected) <= (terms + 1) * 0x1p-24 * size)) {
            fail(what + ": " + found + " for " + expected);
        }
    }
}
