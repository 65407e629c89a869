package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every elementwise function: the vector kernel gives the bits of its scalar twin, and no more. */
class VectorMapTest {

    private static final Set<UnaryFn> NOT_FLOAT = EnumSet.of(UnaryFn.NOT, UnaryFn.BITWISE_NOT);

    private static final Set<BinaryFn> BINARY = EnumSet.range(BinaryFn.ADD, BinaryFn.PRELU);

    static {
        BINARY.add(BinaryFn.GATE);
    }

    private static final int PAD = 19;

    private final MapKernels scalar = ScalarKernels.INSTANCE.map();
    private final MapKernels vector = new VectorMap();

    /** alpha and beta of a function as models have them. */
    private static float[] parameters(UnaryFn fn) {
        return switch (fn) {
            case CLIP -> new float[] {-0.5f, 2f};
            case SELU -> new float[] {1.6732632f, 1.050701f};
            case HARD_SIGMOID -> new float[] {0.2f, 0.5f};
            case LEAKY_RELU, THRESHOLDED_RELU -> new float[] {0.01f, 0f};
            case SHRINK -> new float[] {0.5f, 0.25f};
            default -> new float[] {1.25f, 0.75f};
        };
    }

    @Test
    void unaryFunctionsAtEverySize() {
        for (UnaryFn fn : EnumSet.complementOf(EnumSet.copyOf(NOT_FLOAT))) {
            float[] p = parameters(fn);
            for (int n : Twins.SIZES) {
                float[] x = Twins.specials(n, n + 2 * PAD);
                for (int i = 0; i < x.length; i++) {
                    x[i] *= 4;
                }
                float[] before = Twins.values(1, n + 2 * PAD);
                float[] expected = before.clone();
                float[] actual = before.clone();
                scalar.unary(fn, p[0], p[1], x, 3, expected, PAD, n);
                vector.unary(fn, p[0], p[1], x, 3, actual, PAD, n);
                Twins.assertSameBits(fn + " of " + n, expected, actual);
                Twins.assertOnly(fn + " of " + n, before, actual, PAD, 1, n, n);
                vector.unary(fn, p[0], p[1], x, 3, x, 3, n);
                for (int i = 0; i < n; i++) {
                    before[PAD + i] = x[3 + i];
                }
                Twins.assertSameBits(fn + " in place of " + n, expected, before);
            }
        }
    }

    @Test
    void unaryFunctionsOnEveryExponent() {
        Random random = new Random(7);
        float[] x = new float[512 * 64];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(i / 64 << 23 | random.nextInt() & 0x7fffff);
        }
        compareUnary(x, "every exponent");
        for (int i = 0; i < x.length; i++) {
            x[i] = (random.nextFloat() - 0.5f) * 220;
        }
        compareUnary(x, "-110 to 110");
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 8 == 0 ? Math.round(x[i]) / 2f : (random.nextFloat() - 0.5f) * 20;
        }
        compareUnary(x, "-10 to 10");
    }

    private void compareUnary(float[] x, String what) {
        float[] expected = new float[x.length];
        float[] actual = new float[x.length];
        for (UnaryFn fn : EnumSet.complementOf(EnumSet.copyOf(NOT_FLOAT))) {
            float[] p = parameters(fn);
            scalar.unary(fn, p[0], p[1], x, 0, expected, 0, x.length);
            vector.unary(fn, p[0], p[1], x, 0, actual, 0, x.length);
            for (int i = 0; i < x.length; i++) {
                if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
                    Twins.assertSameBits(fn + " of " + x[i] + ", " + what, expected, actual);
                }
            }
        }
    }

    @Test
    void binaryFunctions() {
        for (BinaryFn fn : BINARY) {
            for (int n : Twins.SIZES) {
                float[] a = Twins.specials(n, n + 2 * PAD);
                float[] b = Twins.specials(n + 1, n + 2 * PAD);
                float[] before = Twins.values(2, n + 2 * PAD);
                float[] expected = before.clone();
                float[] actual = before.clone();
                scalar.binary(fn, a, 1, b, 2, expected, PAD, n);
                vector.binary(fn, a, 1, b, 2, actual, PAD, n);
                Twins.assertSameBits(fn + " of " + n, expected, actual);
                Twins.assertOnly(fn + " of " + n, before, actual, PAD, 1, n, n);
                for (float number : new float[] {0.3f, -0f, Float.NaN, Float.NEGATIVE_INFINITY}) {
                    scalar.binaryRight(fn, a, 1, number, expected, PAD, n);
                    vector.binaryRight(fn, a, 1, number, actual, PAD, n);
                    Twins.assertSameBits(fn + " with " + number, expected, actual);
                    Twins.assertOnly(fn + " with " + number, before, actual, PAD, 1, n, n);
                    scalar.binaryLeft(fn, number, b, 2, expected, PAD, n);
                    vector.binaryLeft(fn, number, b, 2, actual, PAD, n);
                    Twins.assertSameBits(fn + " of " + number, expected, actual);
                    Twins.assertOnly(fn + " of " + number, before, actual, PAD, 1, n, n);
                }
                vector.binary(fn, a, 1, b, 2, b, 2, n);
                System.arraycopy(b, 2, actual, PAD, n);
                scalar.binary(fn, a, 1, Twins.specials(n + 1, n + 2 * PAD), 2, expected, PAD, n);
                Twins.assertSameBits(fn + " in place", expected, actual);
            }
        }
    }

    @Test
    void otherFunctionsAreRefused() {
        float[] x = new float[40];
        for (UnaryFn fn : NOT_FLOAT) {
            assertThrows(
                    IllegalArgumentException.class, () -> vector.unary(fn, 0, 0, x, 0, x, 0, 40));
        }
        for (BinaryFn fn : EnumSet.complementOf(EnumSet.copyOf(BINARY))) {
            assertThrows(
                    IllegalArgumentException.class, () -> vector.binary(fn, x, 0, x, 0, x, 0, 40));
        }
    }
}
