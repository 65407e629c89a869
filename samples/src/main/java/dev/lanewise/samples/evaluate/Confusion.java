package dev.lanewise.samples.evaluate;

import dev.lanewise.samples.page.HeatMap;
import java.util.Arrays;
import java.util.List;

/** How often each class was given for each. For one thread. */
public final class Confusion {

    private final List<String> classes;
    /** [right class][given class] */
    private final long[][] counts;

    public Confusion(List<String> classes) {
        this.classes = classes;
        counts = new long[classes.size()][classes.size()];
    }

    /** Counts an answer. */
    public void add(int right, int given) {
        counts[right][given]++;
    }

    /** This and another's counts, in one of its own. */
    public Confusion plus(Confusion other) {
        Confusion sum = new Confusion(classes);
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                sum.counts[i][j] = counts[i][j] + other.counts[i][j];
            }
        }
        return sum;
    }

    /** How many answers were counted. */
    public long all() {
        return Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
    }

    /** How many of them were right. */
    public long right() {
        long sum = 0;
        for (int c = 0; c < counts.length; c++) {
            sum += counts[c][c];
        }
        return sum;
    }

    /** The share of them that was right; NaN where there were none. */
    public double accuracy() {
        return (double) right() / all();
    }

    /**
     * A row for each class that is right, a column for each that was given, and of each row the shares.
     *
     * @param rows what a row is
     * @param columns what a column is
     */
    public HeatMap figure(String rows, String columns) {
        int n = counts.length;
        float[] shares = new float[n * n];
        for (int i = 0; i < n * n; i++) {
            long row = Math.max(1, Arrays.stream(counts[i / n]).sum());
            shares[i] = (float) counts[i / n][i % n] / row;
        }
        return new HeatMap(rows, columns, classes, classes, "share", shares);
    }
}
