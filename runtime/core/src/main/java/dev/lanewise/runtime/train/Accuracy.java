package dev.lanewise.runtime.train;

/** The share of labels that are predicted. */
public final class Accuracy extends Predictions {

    private long right;
    private long all;

    private Accuracy(String output, String labels, double threshold) {
        super(output, labels, threshold);
    }

    /**
     * @param output scores by class along the last axis, or predicted classes
     * @param labels an input
     */
    public static Accuracy of(String output, String labels) {
        return new Accuracy(output, labels, 0);
    }

    /**
     * Of two classes, 0 and 1.
     *
     * @param output a number for each label; 1 is predicted above {@code threshold}: 0 for a logit, 0.5 for a
     *     probability
     */
    public static Accuracy binary(String output, String labels, double threshold) {
        return new Accuracy(output, labels, threshold);
    }

    @Override
    public String name() {
        return "accuracy";
    }

    @Override
    public void reset() {
        right = 0;
        all = 0;
    }

    @Override
    void add(int predicted, int label) {
        all++;
        right += predicted == label ? 1 : 0;
    }

    @Override
    public double value() {
        return (double) right / all;
    }
}
