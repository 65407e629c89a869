package dev.lanewise.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Medians, quartiles, and how sure they are. */
final class Statistics {

    private static final int RESAMPLES = 2_000;
    private static final double CONFIDENCE = 0.95;

    private Statistics() {}

    /** The value below which a part of the values lies; between two of them, in proportion. */
    static double quantile(double[] values, double part) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = part * (sorted.length - 1);
        int below = (int) place;
        double above = sorted[Math.min(below + 1, sorted.length - 1)];
        return sorted[below] + (place - below) * (above - sorted[below]);
    }

    static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /**
     * Interval that holds the median over forks of the medians over rounds with 95 % confidence, by a
     * bootstrap in two stages: forks are drawn with replacement, then rounds in each of them.
     *
     * <p>Source: A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application", section 3.8,
     * Cambridge University Press, 1997.
     *
     * @param forks the ratios of each fork's rounds
     * @return lower and upper end
     */
    static double[] interval(List<double[]> forks) {
        Random random = new Random(1);
        double[] medians = new double[RESAMPLES];
        double[] drawn = new double[forks.size()];
        for (int resample = 0; resample < RESAMPLES; resample++) {
            for (int i = 0; i < drawn.length; i++) {
                double[] rounds = forks.get(random.nextInt(forks.size()));
                double[] values = new double[rounds.length];
                for (int j = 0; j < values.length; j++) {
                    values[j] = rounds[random.nextInt(rounds.length)];
                }
                drawn[i] = median(values);
            }
            medians[resample] = median(drawn);
        }
        return new double[] {quantile(medians, (1 - CONFIDENCE) / 2), quantile(medians, (1 + CONFIDENCE) / 2)};
    }
}
