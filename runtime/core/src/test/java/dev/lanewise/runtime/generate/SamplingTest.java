package dev.lanewise.runtime.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Temperature and top-p by numbers worked out by hand. */
@Tag("once")
class SamplingTest {

    private static final float[] SCORES = {0, (float) Math.log(4), (float) Math.log(3), (float) Math.log(2)};

    @Test
    void temperatureAndTopP() {
        assertArrayEquals(new double[] {0.1, 0.4, 0.3, 0.2}, Sampling.PLAIN.probabilities(SCORES), 1e-6);
        assertArrayEquals(
                new double[] {1 / 30.0, 16 / 30.0, 9 / 30.0, 4 / 30.0},
                new Sampling(0.5, 1).probabilities(SCORES), 1e-6);
        assertArrayEquals(new double[] {0, 4 / 7.0, 3 / 7.0, 0}, new Sampling(1, 0.65).probabilities(SCORES), 1e-6);
        assertArrayEquals(new double[] {0, 1, 0, 0}, new Sampling(1, 0).probabilities(SCORES), 1e-6);
    }

    @Test
    void drawsByProbability() {
        Random random = new Random(3);
        int[] counts = new int[SCORES.length];
        for (int i = 0; i < 100_000; i++) {
            counts[new Sampling(1, 0.65).draw(SCORES, random)]++;
        }
        assertArrayEquals(new int[] {0, counts[1], counts[2], 0}, counts);
        assertEquals(4 / 7.0, counts[1] / 100_000.0, 0.01);
    }

    @Test
    void whatIsNoProbabilityIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Sampling(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Sampling(Double.NaN, 1));
        assertThrows(IllegalArgumentException.class, () -> new Sampling(1, 1.1));
    }
}
