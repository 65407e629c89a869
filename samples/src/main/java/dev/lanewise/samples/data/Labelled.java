package dev.lanewise.samples.data;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A sequence and its label: inputs {@code symbols [batch, time]} and {@code label [batch]}, and {@code lengths [batch]}
 * where the model has them; output {@code scores}.
 *
 * @param symbols (time)
 */
public record Labelled(int[] symbols, int label) {

    /** So many sequences to train on, made when they are asked for. */
    public static Dataset dataset(int count, IntFunction<Labelled> source) {
        Example example = new Example();
        return Dataset.of(count, index -> {
            Labelled sequence = source.apply(index);
            return example.ints("symbols", sequence.symbols).ints("label", sequence.label);
        });
    }

    /** Filled up with zeros. */
    public Labelled padded(int time) {
        return new Labelled(Arrays.copyOf(symbols, time), label);
    }

    /** The share of so many sequences whose label has the highest of the model's scores. */
    public static double accuracy(Model model, int count, IntFunction<Labelled> source) {
        Session session = model.newSession();
        int right = 0;
        for (int i = 0; i < count; i++) {
            Labelled sequence = source.apply(i);
            sequence.feed(session, 1);
            session.run();
            right += Scores.best(session.output("scores"))[0] == sequence.label ? 1 : 0;
        }
        return (double) right / count;
    }

    /** Seconds of a run on one sequence: the median over so many, the second time. */
    public static double seconds(Model model, int count, IntFunction<Labelled> source) {
        Session session = model.newSession();
        double[] seconds = new double[count];
        for (int i = 0; i < 2 * count; i++) {
            source.apply(i % count).feed(session, 1);
            long begin = System.nanoTime();
            session.run();
            seconds[i % count] = (System.nanoTime() - begin) * 1e-9;
        }
        return Arrays.stream(seconds).sorted().toArray()[count / 2];
    }

    /** Writes it into a session's inputs, so many times as a batch has sequences. */
    public void feed(Session session, int batch) {
        Tensor input = session.input("symbols");
        input.setShape(batch, symbols.length);
        for (int i = 0; i < batch; i++) {
            System.arraycopy(symbols, 0, input.ints(), input.offset() + i * symbols.length, symbols.length);
        }
        fill(session, "lengths", batch, symbols.length);
        fill(session, "label", batch, label);
    }

    /** Where the model has such an input. */
    private static void fill(Session session, String name, int batch, int value) {
        if (session.model().inputNames().contains(name)) {
            Tensor input = session.input(name);
            input.setShape(batch);
            Arrays.fill(input.ints(), input.offset(), input.offset() + batch, value);
        }
    }
}
