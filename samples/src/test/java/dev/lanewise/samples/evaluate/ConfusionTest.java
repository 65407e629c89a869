package dev.lanewise.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers, counted by what is right and what was given. */
class ConfusionTest {

    @Test
    void answersAreCounted() {
        Confusion some = new Confusion(List.of("a", "b", "c"));
        some.add(0, 0);
        some.add(0, 1);
        Confusion others = new Confusion(List.of("a", "b", "c"));
        others.add(0, 1);
        others.add(0, 2);
        others.add(2, 2);
        Confusion all = some.plus(others);
        assertEquals(5, all.all());
        assertEquals(2, all.right());
        assertEquals(0.4, all.accuracy());
        assertEquals(0.5, some.accuracy());
        assertArrayEquals(
                new float[] {0.25f, 0.5f, 0.25f, 0, 0, 0, 0, 0, 1}, all.figure("right", "given").values());
    }
}
