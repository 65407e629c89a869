package dev.lanewise.samples;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A sequence and its label: inputs {@code symbols [batch, time]} and {@code label [batch]}, output {@code scores}.
 *
 * @param symbols (time)
 */
record Labelled(int[] symbols, int label) {

    /** So many sequences to train on, made when they are asked for. */
    static Dataset dataset(int count, IntFunction<Labelled> source) {
        Example example = new Example();
        return Dataset.of(count, index -> {
            Labelled sequence = source.apply(index);
            return example.ints("symbols", sequence.symbols).ints("label", sequence.label);
        });
    }

    /** The share of so many sequences whose label has the highest of the model's scores. */
    static double accuracy(Model model, int count, IntFunction<Labelled> source) {
        Session session = model.newSession();
        int right = 0;
        for (int i = 0; i < count; i++) {
            Labelled sequence = source.apply(i);
            sequence.feed(session, 1);
            session.run();
            Tensor scores = session.output("scores"); // [1, classes]
            int best = 0;
            for (int c = 1; c < scores.size(); c++) {
                best = scores.get(c) > scores.get(best) ? c : best;
            }
            right += best == sequence.label ? 1 : 0;
        }
        return (double) right / count;
    }

    /** Writes it into a session's inputs, so many times as a batch has sequences. */
    void feed(Session session, int batch) {
        Tensor input = session.input("symbols");
        input.setShape(batch, symbols.length);
        for (int i = 0; i < batch; i++) {
            System.arraycopy(symbols, 0, input.ints(), input.offset() + i * symbols.length, symbols.length);
        }
        if (session.model().inputNames().contains("label")) {
            Tensor target = session.input("label");
            target.setShape(batch);
            Arrays.fill(target.ints(), target.offset(), target.offset() + batch, label);
        }
    }
}
