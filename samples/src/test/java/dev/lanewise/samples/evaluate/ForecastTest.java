package dev.lanewise.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Intervals of 90 %, and what lies within. */
class ForecastTest {

    @Test
    void aNormalDistributionHasNineOfTenWithin() {
        Forecast forecast = Forecast.ofNormal(new double[] {10, 20}, new double[] {1, 2});
        assertArrayEquals(new double[] {8.355, 16.71}, forecast.low(), 1e-12);
        assertArrayEquals(new double[] {11.645, 23.29}, forecast.high(), 1e-12);
        assertEquals(0.5, forecast.inside(new double[] {8.4, 16.7}));
        assertArrayEquals(new double[] {10}, forecast.first(1).middle());
    }

    @Test
    void futuresAreCutAtBothEnds() {
        double[] hundred = IntStream.range(0, 100).mapToDouble(i -> (37 * i) % 100).toArray();
        Forecast forecast = Forecast.ofFutures(new double[][] {hundred});
        assertArrayEquals(new double[] {5}, forecast.low());
        assertArrayEquals(new double[] {50}, forecast.middle());
        assertArrayEquals(new double[] {95}, forecast.high());
    }

    @Test
    void errorsAreInPartsOfAScale() {
        assertEquals(0.75, Forecast.error(new double[] {1, 4}, new double[] {2, 2}, new double[] {1, 4}));
    }
}
