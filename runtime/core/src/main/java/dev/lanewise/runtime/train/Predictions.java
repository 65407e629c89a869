package dev.lanewise.runtime.train;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Tensor;

/**
 * Walks over the labels of a batch, each with the class that the model gives: that of the largest score where the
 * output has one more axis, of classes, than the labels; the output itself where it holds whole numbers; else 1 where
 * the output is above a threshold. Padding, and labels that are ignored, are left out.
 */
abstract class Predictions implements Metric {

    private final String output;
    private final String labels;
    private final double threshold;

    Predictions(String output, String labels, double threshold) {
        this.output = output;
        this.labels = labels;
        this.threshold = threshold;
    }

    /** One label and what was predicted for it. */
    abstract void add(int predicted, int label);

    @Override
    public void add(Results results) {
        Tensor scores = results.output(output);
        Batch batch = results.batch();
        int n = batch.size(labels);
        int classes = n == 0 ? 1 : scores.size() / n;
        if (scores.size() != classes * n) {
            throw new DataException("output " + scores + " does not fit the " + n + " labels '" + labels + "'");
        }
        for (int i = 0; i < n; i++) {
            if (batch.counts(labels, i)) {
                add(predicted(scores, i, classes), batch.label(labels, i));
            }
        }
    }

    private int predicted(Tensor scores, int i, int classes) {
        if (classes == 1) {
            double value = Elements.get(scores, i);
            return scores.type() == DType.F32 ? value > threshold ? 1 : 0 : (int) value;
        }
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (Elements.get(scores, i * classes + c) > Elements.get(scores, i * classes + best)) {
                best = c;
            }
        }
        return best;
    }
}
