package dev.lanewise.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Quantiles by hand, and that an interval of confidence holds what it says as often as it says. */
class StatisticsTest {

    @Test
    void quantilesLieBetweenNeighbours() {
        double[] values = {4, 1, 3, 2};
        assertEquals(1, Statistics.quantile(values, 0));
        assertEquals(2.5, Statistics.median(values));
        assertEquals(1.75, Statistics.quantile(values, 0.25));
        assertEquals(4, Statistics.quantile(values, 1));
    }

    @Test
    void intervalOfEqualForksIsAPoint() {
        double[] interval = Statistics.interval(List.of(new double[] {2, 2}, new double[] {2, 2}));
        assertEquals(2, interval[0]);
        assertEquals(2, interval[1]);
    }

    /** Forks differ more than rounds do: an interval that only looked at rounds would hold the truth seldom. */
    @Test
    void intervalHoldsTheTruthAlthoughForksDiffer() {
        Random random = new Random(7);
        int held = 0;
        int trials = 60;
        for (int trial = 0; trial < trials; trial++) {
            List<double[]> forks = new ArrayList<>();
            for (int fork = 0; fork < 7; fork++) {
                double shift = 10 + random.nextGaussian();
                forks.add(random.doubles(15).map(x -> shift + 0.1 * (x - 0.5)).toArray());
            }
            double[] interval = Statistics.interval(forks);
            held += interval[0] <= 10 && 10 <= interval[1] ? 1 : 0;
        }
        assertTrue(held >= 0.85 * trials, held + " of " + trials);
    }
}
