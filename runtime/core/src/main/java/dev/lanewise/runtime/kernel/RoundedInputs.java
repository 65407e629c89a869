package dev.lanewise.runtime.kernel;

import dev.lanewise.formats.WeightForm;

/**
 * How inputs are rounded to 8 bits for products with weights of {@link WeightForm#INT8_DYNAMIC}, block by
 * block: with {@code largest} the largest magnitude of a block, {@code scale = largest / 127} and {@code
 * code = a · (127 / largest)}, rounded to the nearest integer, halves to even. Where {@code largest} is below
 * {@link #LEAST} all are 0; where it is not finite the scale is NaN and codes are 0.
 *
 * <p>A sum over a block is exact in 32 bits, and so is its value as a float: the order does not matter.
 */
public final class RoundedInputs {

    /** Inputs that share a scale. */
    public static final int BLOCK = 1024;

    /** Inputs are rounded up to this k; beyond, products are those of {@link WeightForm#INT8}. */
    public static final int MOST_K = 3 * BLOCK;

    public static final float LEAST = 1e-30f;

    /** Added to a float below 2^22 and taken off again, it rounds to an integer. */
    public static final float ROUND = 0x1.8p23f;

    private RoundedInputs() {}

    /** Blocks of k inputs. */
    public static int blocks(int k) {
        return (k + BLOCK - 1) / BLOCK;
    }

    /** The scale of a block whose largest magnitude has these bits. */
    public static float scale(int largestBits) {
        float largest = Float.intBitsToFloat(largestBits);
        return largest < LEAST ? 0 : largest <= Float.MAX_VALUE ? largest / 127f : Float.NaN;
    }

    /** What the inputs of such a block are multiplied with before they are rounded; 0 where codes are 0. */
    public static float factor(int largestBits) {
        float largest = Float.intBitsToFloat(largestBits);
        return largest >= LEAST && largest <= Float.MAX_VALUE ? 127f / largest : 0;
    }

    /** The code of an input, as a float. */
    public static float code(float a, float factor) {
        return factor == 0 ? 0 : a * factor + ROUND - ROUND;
    }
}
