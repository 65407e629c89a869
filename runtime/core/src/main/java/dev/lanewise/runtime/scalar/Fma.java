package dev.lanewise.runtime.scalar;

/**
 * Fused multiply-add {@code a · b + c}, rounded once: {@link Math#fma(float, float, float)} where
 * that is one instruction, and elsewhere the same value from double arithmetic. Thread-safe,
 * allocates nothing.
 *
 * <p>Why not always {@code Math.fma}: without the instruction it goes through BigDecimal, which
 * takes about 500 ns and makes garbage on each call.
 */
public final class Fma {

    /**
     * Whether {@link Math#fma(float, float, float)} is fast here; measured when the class loads.
     */
    public static final boolean HARDWARE = measure();

    private Fma() {}

    public static float fma(float a, float b, float c) {
        return HARDWARE ? Math.fma(a, b, c) : exact(a, b, c);
    }

    /**
     * The same value without the instruction. A double holds the product of two floats exactly (48
     * bits, no overflow or underflow). The sum is rounded to odd: where it is inexact, the last bit
     * of the result is set, so that narrowing to float sees on which side of a tie the true sum
     * lies (Boldo, Melquiond 2008).
     */
    static float exact(float a, float b, float c) {
        double product = (double) a * b;
        double sum = product + c;
        double cPart = sum - product;
        double error = (product - (sum - cPart)) + (c - cPart);
        // NaN, where the sum is infinite or NaN, fails both comparisons, as it should
        if (error > 0 || error < 0) {
            long bits = Double.doubleToRawLongBits(sum);
            if ((bits & 1) == 0) {
                bits += (error > 0) == (sum > 0) ? 1 : -1;
                sum = Double.longBitsToDouble(bits);
            }
        }
        return (float) sum;
    }

    /**
     * Best of a few short batches, so that one descheduling does not decide. A wrong answer would
     * cost speed only, never bits. Even interpreted, the instruction takes below 100 ns with its
     * loop; what stands in for it takes microseconds until it is compiled, and then 500 ns.
     */
    private static boolean measure() {
        int calls = 64;
        float x = 1.0000001f;
        for (int batch = 0; batch < 6; batch++) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                x = Math.fma(x, 0.75f, 0.3f);
            }
            if (System.nanoTime() - start < calls * 200L) {
                return x == x;
            }
        }
        return false;
    }
}
