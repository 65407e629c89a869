package dev.lanewise.samples.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a series was expected to be, and between which values with a probability of 90 %. Immutable.
 *
 * @param middle (time)
 * @param low (time)
 * @param high (time)
 */
public record Forecast(double[] middle, double[] low, double[] high) {

    /** Of a normal distribution's mean, in deviations. */
    private static final double IN_90_PERCENT = 1.645;

    /** Of normal distributions, by {@code mean (time)} and {@code deviation (time)}. */
    public static Forecast ofNormal(double[] mean, double[] deviation) {
        double[] low = new double[mean.length];
        double[] high = new double[mean.length];
        Arrays.setAll(low, i -> mean[i] - IN_90_PERCENT * deviation[i]);
        Arrays.setAll(high, i -> mean[i] + IN_90_PERCENT * deviation[i]);
        return new Forecast(mean, low, high);
    }

    /** The median and the quantiles of what was drawn, [time][futures]. */
    public static Forecast ofFutures(double[][] futures) {
        return new Forecast(each(futures, 0.5), each(futures, 0.05), each(futures, 0.95));
    }

    private static double[] each(double[][] futures, double share) {
        return Arrays.stream(futures).mapToDouble(values -> quantile(share, values)).toArray();
    }

    /** The smallest number that a share of the others is not above. */
    private static double quantile(double share, double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }

    /** Its beginning. */
    public Forecast first(int times) {
        return new Forecast(
                Arrays.copyOf(middle, times), Arrays.copyOf(low, times), Arrays.copyOf(high, times));
    }

    /** The share of {@code truth (time)} that lies between low and high. */
    public double inside(double[] truth) {
        return IntStream.range(0, truth.length).filter(i -> truth[i] >= low[i] && truth[i] <= high[i]).count()
                / (double) truth.length;
    }

    /** The mean of absolute differences between {@code found (time)} and {@code truth (time)}, in parts of a scale. */
    public static double error(double[] found, double[] truth, double[] scale) {
        return IntStream.range(0, truth.length).mapToDouble(i -> Math.abs(found[i] - truth[i]) / scale[i]).average()
                .orElseThrow();
    }
}
