package dev.lanewise.samples.data;

import java.util.Arrays;

/**
 * Brings values to a mean of 0 and a deviation of 1, and back. Immutable.
 *
 * @param mean of the values as they are
 * @param deviation of them
 */
public record Scale(double mean, double deviation) {

    /** By the first {@code known} of some values. */
    public static Scale of(double[] values, int known) {
        double mean = Arrays.stream(values, 0, known).average().orElseThrow();
        double variance = Arrays.stream(values, 0, known).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        return new Scale(mean, Math.sqrt(variance));
    }

    /** A value as a network is to read it. */
    public float in(double value) {
        return (float) ((value - mean) / deviation);
    }

    /** What a network's value stands for. */
    public double out(double value) {
        return value * deviation + mean;
    }
}
