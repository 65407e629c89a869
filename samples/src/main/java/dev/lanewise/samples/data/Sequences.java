package dev.lanewise.samples.data;

import dev.lanewise.runtime.train.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Sequences of any length and the class of each.
 *
 * @param title where they are from, for people
 * @param classes their names
 * @param channels values of each step
 * @param x [sequence][its steps · channels], a step after the other
 * @param labels [sequence] its class
 */
public record Sequences(String title, List<String> classes, int channels, float[][] x, int[] labels) {

    public int size() {
        return x.length;
    }

    /** Steps of the longest. */
    public int longest() {
        return Arrays.stream(x).mapToInt(each -> each.length / channels).max().orElse(0);
    }

    /** Inputs {@code x [batch, time, channels]} and {@code label [batch]}. */
    public Dataset dataset() {
        return Dataset.arrays(size()).floats("x", x).ints("label", labels);
    }

    /** What one of so many folds holds out: every so-manieth sequence of each class. */
    public Sequences fold(int fold, int folds) {
        int[] places = places();
        return where(i -> places[i] % folds == fold);
    }

    /** What remains to train on. */
    public Sequences without(int fold, int folds) {
        int[] places = places();
        return where(i -> places[i] % folds != fold);
    }

    /** [sequence] how many of its class come before it. */
    private int[] places() {
        int[] seen = new int[classes.size()];
        return Arrays.stream(labels).map(label -> seen[label]++).toArray();
    }

    /** Twenty of each class: in every channel a wave of the class's own speed around a level of its own, and noise. */
    public static Sequences generated(String title, int classes, int channels, int longest, long seed) {
        Random random = new Random(seed);
        float[][] x = new float[20 * classes][];
        int[] labels = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            labels[i] = i % classes;
            x[i] = new float[channels * (longest - random.nextInt(longest / 3))];
            double phase = 2 * Math.PI * random.nextDouble();
            for (int at = 0; at < x[i].length; at++) {
                double speed = 0.2 + 0.15 * ((labels[i] + at % channels) % classes);
                double level = Math.cos(1.7 * labels[i] * (at % channels + 1));
                x[i][at] = (float) (level + Math.sin(phase + speed * (at / channels)) + 0.3 * random.nextGaussian());
            }
        }
        return new Sequences(title, IntStream.range(0, classes).mapToObj(Integer::toString).toList(), channels, x,
                labels);
    }

    /** So many random parts of each sequence, half of it or more, for networks that see few. */
    public Sequences parts(int times, long seed) {
        Random random = new Random(seed);
        float[][] parts = new float[times * size()][];
        for (int i = 0; i < parts.length; i++) {
            float[] whole = x[i % size()];
            int steps = whole.length / channels;
            int kept = (steps + 1) / 2 + random.nextInt(steps / 2 + 1);
            int from = random.nextInt(steps - kept + 1);
            parts[i] = Arrays.copyOfRange(whole, from * channels, (from + kept) * channels);
        }
        return new Sequences(title, classes, channels, parts,
                IntStream.range(0, parts.length).map(i -> labels[i % size()]).toArray());
    }

    public Sequences where(IntPredicate kept) {
        int[] which = IntStream.range(0, size()).filter(kept).toArray();
        return new Sequences(title, classes, channels, Arrays.stream(which).mapToObj(i -> x[i]).toArray(float[][]::new),
                Arrays.stream(which).map(i -> labels[i]).toArray());
    }
}
