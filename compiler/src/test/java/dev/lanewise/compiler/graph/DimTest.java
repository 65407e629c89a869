package dev.lanewise.compiler.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class DimTest {

    private static final Dim T = Dim.symbol("T", 0, 100);
    private static final Dim B = Dim.symbol("B", 1, 8);

    @Test
    void equalExtentsAreEqualHoweverComputed() {
        assertEquals(T, T.plus(2).minus(3).plus(1));
        assertEquals(T.times(B), B.times(T));
        assertEquals(T, T.times(64).floorDiv(64));
        assertEquals(T, T.times(B).floorDiv(B));
        assertEquals(T.plus(3), T.times(4).plus(13).floorDiv(4));
        assertEquals(Dim.ZERO, T.minus(T));
    }

    @Test
    void boundsHold() {
        assertEquals(0, T.times(B).min());
        assertEquals(800, T.times(B).max());
        assertEquals(48, T.minus(3).floorDiv(2).max());
        assertEquals(100, T.min(Dim.of(512)).max());
    }

    @Test
    void whatCanOnlyBeOneNumberIsThatNumber() {
        Dim three = Dim.symbol("U", 1, 3);
        assertEquals(Dim.ONE, three.plus(2).floorDiv(3));
        assertEquals(Dim.ONE, three.ceilDiv(3));
        assertEquals(Dim.of(9), three.plus(B).min(Dim.of(40)).max(Dim.of(9)).min(Dim.of(9)));
    }

    /** Random expressions, simplified or not, have the value of what they were built from. */
    @Test
    void simplifyingKeepsTheValue() {
        for (int seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long t = random.nextInt(101);
            long b = 1 + random.nextInt(8);
            Map<String, Long> values = Map.of("T", t, "B", b);
            Dim dim = random.nextBoolean() ? T : B;
            long value = dim == T ? t : b;
            for (int i = 0; i < 6; i++) {
                int c = 1 + random.nextInt(9);
                Dim other = random.nextBoolean() ? Dim.of(c) : B;
                long o = other == B ? b : c;
                switch (random.nextInt(8)) {
                    case 0 -> {
                        dim = dim.plus(other);
                        value += o;
                    }
                    case 1 -> {
                        dim = dim.minus(other);
                        value -= o;
                    }
                    case 2 -> {
                        dim = dim.times(other);
                        value *= o;
                    }
                    case 3 -> {
                        dim = dim.floorDiv(other);
                        value = Math.floorDiv(value, o);
                    }
                    case 4 -> {
                        dim = dim.ceilDiv(other);
                        value = -Math.floorDiv(-value, o);
                    }
                    case 5 -> {
                        dim = dim.min(other);
                        value = Math.min(value, o);
                    }
                    case 6 -> {
                        dim = dim.max(other);
                        value = Math.max(value, o);
                    }
                    default -> {
                        dim = dim.mod(other);
                        value = Math.floorMod(value, o);
                    }
                }
            }
            assertEquals(value, dim.evaluate(values), "seed " + seed + ": " + dim);
            assertTrue(dim.min() <= value && value <= dim.max(), "seed " + seed + ": bounds of " + dim);
        }
    }
}
