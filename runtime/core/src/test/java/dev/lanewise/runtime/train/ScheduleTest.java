package dev.lanewise.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** At points where the formulas can be worked out by hand. */
@Tag("once")
class ScheduleTest {

    @Test
    void constantAndStep() {
        assertEquals(0.1, Schedule.constant(0.1).rate(5, 10));
        Schedule step = Schedule.step(0.8, 10, 0.5);
        assertEquals(0.8, step.rate(9, 100), 1e-12);
        assertEquals(0.4, step.rate(10, 100), 1e-12);
        assertEquals(0.1, step.rate(39, 100), 1e-12);
    }

    @Test
    void cosine() {
        Schedule cosine = Schedule.cosine(1, 0.2);
        assertEquals(1, cosine.rate(0, 100), 1e-12);
        assertEquals(0.6, cosine.rate(50, 100), 1e-12);
        assertEquals(0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2, cosine.rate(25, 100), 1e-12);
        assertEquals(0.2, cosine.rate(100, 100), 1e-12);
    }

    @Test
    void oneCycle() {
        Schedule cycle = Schedule.oneCycle(0.5);
        assertEquals(0.02, cycle.rate(0, 101), 1e-12);
        assertEquals(0.5, cycle.rate(29, 100), 1e-12);
        assertEquals(0.5 / 250_000, cycle.rate(99, 100), 1e-12);
        assertEquals((0.5 + 0.5 / 250_000) / 2, cycle.rate(64, 100), 1e-12); // half way between 29 and 99
    }

    @Test
    void warmUp() {
        Schedule warm = Schedule.cosine(1, 0).warmUp(4);
        assertEquals(0.25, warm.rate(0, 104), 1e-12);
        assertEquals(1, warm.rate(3, 104), 1e-12);
        assertEquals(1, warm.rate(4, 104), 1e-12);
        assertEquals(0.5, warm.rate(54, 104), 1e-12);
    }
}
