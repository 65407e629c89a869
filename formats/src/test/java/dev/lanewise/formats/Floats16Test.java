package dev.lanewise.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Both 16-bit types against their definition: the nearest representable value, ties to even. */
class Floats16Test {

    /** The value of binary16 bits by IEEE 754's formula. */
    private static double f16(int bits) {
        int exponent = bits >> 10 & 31;
        double fraction = bits & 1023;
        double magnitude = exponent == 31
                ? fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                : exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25);
        return bits < 0x8000 ? magnitude : -magnitude;
    }

    @Test
    void allOf65536RoundTrip() {
        for (int bits = 0; bits < 0x10000; bits++) {
            float value = Floats16.fromF16((short) bits);
            assertEquals(f16(bits), value, 0, Integer.toHexString(bits));
            if (Float.isNaN(value)) {
                assertTrue(Float.isNaN(Floats16.fromF16(Floats16.toF16(value))));
            } else {
                assertEquals((short) bits, Floats16.toF16(value), Integer.toHexString(bits));
                assertEquals((short) bits, Floats16.toF16((double) value), Integer.toHexString(bits));
            }
            float wide = Floats16.fromBf16((short) bits);
            assertEquals(Float.intBitsToFloat(bits << 16), wide, 0);
            if (!Float.isNaN(wide)) {
                assertEquals((short) bits, Floats16.toBf16(wide));
            }
        }
    }

    @Test
    void roundsToTheNearestAndTiesToEven() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            int below = random.nextInt(0x7bff); // a finite value that has a finite neighbour above
            double low = f16(below);
            double high = f16(below + 1);
            double middle = (low + high) / 2;
            assertEquals((short) (below + (below & 1)), Floats16.toF16(middle), "a tie, from double");
            assertEquals((short) (below + (below & 1)), Floats16.toF16((float) middle), "a tie, from float");
            double value = low + (high - low) * random.nextDouble();
            int nearest = value < middle ? below : value > middle ? below + 1 : below + (below & 1);
            assertEquals((short) nearest, Floats16.toF16(value));
            assertEquals((short) (nearest | 0x8000), Floats16.toF16(-value));
        }
    }

    /** A double just above a tie must not become the tie on its way through float. */
    @Test
    void doublesAreRoundedOnce() {
        double tie = (f16(0x3c00) + f16(0x3c01)) / 2;
        assertEquals((short) 0x3c00, Floats16.toF16(tie));
        assertEquals((short) 0x3c01, Floats16.toF16(Math.nextUp(tie)));
        assertEquals((short) 0x3c00, Floats16.toF16(Math.nextDown(tie)));
        double wideTie = (Floats16.fromBf16((short) 0x3f80) + Floats16.fromBf16((short) 0x3f81)) / 2.0;
        assertEquals((short) 0x3f80, Floats16.toBf16(wideTie));
        assertEquals((short) 0x3f81, Floats16.toBf16(Math.nextUp(wideTie)));
    }

    @Test
    void largeValuesBecomeInfinite() {
        assertEquals((short) 0x7bff, Floats16.toF16(65519.99f));
        assertEquals((short) 0x7c00, Floats16.toF16(65520f));
        assertEquals((short) 0xfc00, Floats16.toF16(-1e30));
        assertEquals((short) 0x7f80, Floats16.toBf16(Float.MAX_VALUE));
    }
}
