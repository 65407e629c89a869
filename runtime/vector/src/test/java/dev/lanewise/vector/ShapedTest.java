package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** Classes defined again for a shape: constants, sharing, the bound on their number, and what fails. */
class ShapedTest {

    /** Multiplies by a constant. */
    static final class Times implements IntUnaryOperator {
        private static final int FACTOR = Shaped.constants(MethodHandles.lookup(), 1)[0];

        @Override
        public int applyAsInt(int x) {
            return FACTOR * x;
        }
    }

    /** Cannot be initialized with 0. */
    static final class Reciprocal implements IntUnaryOperator {
        private static final int INVERSE = 1000 / Shaped.constants(MethodHandles.lookup(), 1)[0];

        @Override
        public int applyAsInt(int x) {
            return INVERSE * x;
        }
    }

    private static IntUnaryOperator times(int factor) {
        return Shaped.of(MethodHandles.lookup(), Times.class, IntUnaryOperator.class, factor);
    }

    @Test
    void eachShapeHasItsNumbers() {
        IntUnaryOperator three = times(3);
        IntUnaryOperator five = times(5);
        assertEquals(21, three.applyAsInt(7));
        assertEquals(35, five.applyAsInt(7));
        assertEquals(7, new Times().applyAsInt(7), "the template itself");
        assertNotSame(three.getClass(), five.getClass());
        assertTrue(three.getClass().isHidden());
    }

    @Test
    void equalShapesShareOne() {
        IntUnaryOperator first = times(3);
        assertSame(first, times(3));
    }

    @Test
    void whatCannotBeDefinedIsNull() {
        assertNull(Shaped.of(MethodHandles.lookup(), Reciprocal.class, IntUnaryOperator.class, 0));
        assertNotNull(Shaped.of(MethodHandles.lookup(), Reciprocal.class, IntUnaryOperator.class, 10));
        // of another package
        assertNull(Shaped.of(MethodHandles.publicLookup(), Times.class, IntUnaryOperator.class, 77));
    }

    @Test
    void theirNumberIsBoundedAndPlacesAreFreed() throws InterruptedException {
        List<IntUnaryOperator> used = new ArrayList<>();
        for (int i = 0; i < 2 * Shaped.MOST; i++) {
            used.add(times(1000 + i));
        }
        assertNull(used.get(used.size() - 1), "the generic kernel takes over");
        assertTrue(Shaped.count() <= Shaped.MOST);
        used.clear();
        IntUnaryOperator next = null;
        for (int attempt = 0; attempt < 100 && next == null; attempt++) {
            System.gc();
            Thread.sleep(10);
            next = times(9);
        }
        assertNotNull(next, "unused classes make room");
    }
}
