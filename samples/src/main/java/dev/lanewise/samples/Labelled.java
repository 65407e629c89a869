package dev.lanewise.samples;

import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;

/**
 * A batch of sequences of one length and their labels: inputs {@code symbols} and {@code label}, output {@code scores}.
 *
 * @param symbols (batch, time)
 * @param labels (batch)
 */
record Labelled(int[] symbols, int[] labels) {

    /** Writes them into a session's inputs; the label only where there is an input for it. */
    void feed(Session session) {
        Tensor input = session.input("symbols");
        input.setShape(labels.length, symbols.length / labels.length);
        System.arraycopy(symbols, 0, input.ints(), input.offset(), symbols.length);
        if (session.model().inputNames().contains("label")) {
            Tensor target = session.input("label");
            target.setShape(labels.length);
            System.arraycopy(labels, 0, target.ints(), target.offset(), labels.length);
        }
    }

    /** The share of labels that have the highest score. */
    double accuracy(Session session) {
        feed(session);
        session.run();
        Tensor scores = session.output("scores"); // [batch, classes]
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = 0;
            for (int c = 1; c < scores.rowSize(); c++) {
                best = scores.get(i * scores.rowSize() + c) > scores.get(i * scores.rowSize() + best) ? c : best;
            }
            right += best == labels[i] ? 1 : 0;
        }
        return (double) right / labels.length;
    }
}
