package dev.lanewise.runtime.train;

/**
 * The harmonic mean of precision and recall (van Rijsbergen 1979), {@code 2 tp / (2 tp + fp + fn)}: of one class, or
 * the
 * mean over the classes. A class that is neither given nor predicted counts as 0, as in scikit-learn.
 */
public final class F1 extends Predictions {

    private final int only;
    private final long[] truePositives;
    private final long[] falsePositives;
    private final long[] falseNegatives;

    private F1(String output, String labels, int classes, int only) {
        super(output, labels, 0);
        this.only = only;
        truePositives = new long[classes];
        falsePositives = new long[classes];
        falseNegatives = new long[classes];
    }

    /** The mean over all classes, each counting alike; see {@link Accuracy#of} for the arguments. */
    public static F1 macro(String output, String labels, int classes) {
        return new F1(output, labels, classes, -1);
    }

    /** Of one class; see {@link Accuracy#of} for the other arguments. */
    public static F1 of(String output, String labels, int classes, int positive) {
        return new F1(output, labels, classes, positive);
    }

    @Override
    public String name() {
        return "f1";
    }

    @Override
    public void reset() {
        for (int c = 0; c < truePositives.length; c++) {
            truePositives[c] = 0;
            falsePositives[c] = 0;
            falseNegatives[c] = 0;
        }
    }

    @Override
    void add(int predicted, int label) {
        if (predicted == label) {
            truePositives[label]++;
        } else {
            falsePositives[predicted]++;
            falseNegatives[label]++;
        }
    }

    private double of(int c) {
        long twice = 2 * truePositives[c];
        long all = twice + falsePositives[c] + falseNegatives[c];
        return all == 0 ? 0 : (double) twice / all;
    }

    @Override
    public double value() {
        if (only >= 0) {
            return of(only);
        }
        double sum = 0;
        for (int c = 0; c < truePositives.length; c++) {
            sum += of(c);
        }
        return sum / truePositives.length;
    }
}
