package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.LinePlot;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where in a sentence the words stand that decide between two classes, one model after the other: each word is made
 * unknown, and what the scores do is looked at. For one thread.
 */
public final class Influence {

    private static final int PARTS = 10;
    private static final int LEAST_WORDS = 10;
    private static final double[] PLACES = IntStream.range(0, PARTS).mapToDouble(i -> 10 * i + 5).toArray();

    private final LinePlot plot = new LinePlot(Axis.linear("place in the sentence", "% of its words"),
            Axis.linear("influence", "share of the sentence's")).from(0, 0);

    /**
     * Looks at a model.
     *
     * @param time to which sentences are filled up; 0 where they are taken as they are
     * @return the share of all influence that lies in the last fifth
     */
    public double add(String name, Model model, List<Labelled> sentences, int time) {
        double[] shares = byPlace(model, sentences, time);
        plot.curve(name, PLACES, shares);
        return shares[PARTS - 2] + shares[PARTS - 1];
    }

    /** A curve for each model, and where all would be that have no bias. */
    public LinePlot plot() {
        return plot.reference("no bias", new double[] {5, 95}, new double[] {0.1, 0.1});
    }

    /** The share of all influence that lies in each tenth of a sentence, from its beginning: {@code [parts]}. */
    private static double[] byPlace(Model model, List<Labelled> sentences, int time) {
        Session session = model.newSession();
        double[] shares = new double[PARTS];
        int counted = 0;
        for (Labelled sentence : sentences) {
            int words = sentence.symbols().length;
            if (words >= LEAST_WORDS) {
                double[] moves = moves(session, time == 0 ? sentence : sentence.padded(time), words);
                double sum = 0;
                for (double move : moves) {
                    sum += move;
                }
                for (int i = 0; i < words; i++) {
                    spread(shares, (double) i / words, (i + 1.0) / words, moves[i] / sum);
                }
                counted++;
            }
        }
        for (int part = 0; part < PARTS; part++) {
            shares[part] /= counted;
        }
        return shares;
    }

    /** How far each word moves the answer, [words]: one run, with the sentence as it is first. */
    private static double[] moves(Session session, Labelled sentence, int words) {
        sentence.feed(session, words + 1);
        Tensor symbols = session.input("symbols"); // [words + 1, time]
        for (int i = 0; i < words; i++) {
            symbols.ints()[symbols.offset() + (i + 1) * symbols.extent(1) + i] = Vocabulary.UNKNOWN;
        }
        session.run();
        Tensor scores = session.output("scores"); // [words + 1, 2]
        double[] moves = new double[words];
        for (int i = 0; i < words; i++) {
            moves[i] = Math.abs(margin(scores, i + 1) - margin(scores, 0));
        }
        return moves;
    }

    private static double margin(Tensor scores, int row) {
        return scores.get(2 * row + 1) - scores.get(2 * row);
    }

    /** A word that lies in two parts counts in both. */
    private static void spread(double[] shares, double from, double to, double amount) {
        for (int part = 0; part < PARTS; part++) {
            double inside = Math.min(to, (part + 1.0) / PARTS) - Math.max(from, (double) part / PARTS);
            shares[part] += inside > 0 ? amount * inside / (to - from) : 0;
        }
    }
}
