package dev.lanewise.runtime.train;

import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/** {@link Bleu} of sentences of ids that a model gives, against those of an input; both end before an end mark. */
public final class BleuMetric implements Metric {

    private final Bleu bleu = new Bleu();
    private final String output;
    private final String labels;
    private final int end;

    /**
     * @param output ids [batch, time]
     * @param labels an input, ids [batch, time]
     * @param end the id that ends a sentence
     */
    public BleuMetric(String output, String labels, int end) {
        this.output = output;
        this.labels = labels;
        this.end = end;
    }

    @Override
    public String name() {
        return "bleu";
    }

    @Override
    public void reset() {
        bleu.reset();
    }

    @Override
    public void add(Results results) {
        Tensor found = results.output(output);
        Batch batch = results.batch();
        int rows = batch.count();
        for (int row = 0; row < rows; row++) {
            List<Integer> hypothesis = new ArrayList<>();
            for (int i = 0; i < found.rowSize(); i++) {
                int id = (int) Elements.get(found, row * found.rowSize() + i);
                if (id == end) {
                    break;
                }
                hypothesis.add(id);
            }
            List<Integer> reference = new ArrayList<>();
            int perRow = batch.size(labels) / rows;
            for (int i = row * perRow; i < (row + 1) * perRow && batch.counts(labels, i); i++) {
                if (batch.label(labels, i) == end) {
                    break;
                }
                reference.add(batch.label(labels, i));
            }
            bleu.add(hypothesis, reference);
        }
    }

    @Override
    public double value() {
        return bleu.score();
    }
}
