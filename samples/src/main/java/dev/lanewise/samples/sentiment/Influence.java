package dev.lanewise.samples.sentiment;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.data.Vocabulary;
import java.util.List;

/** Where in a sentence the words stand that decide: each is made unknown, and what the scores do is looked at. */
final class Influence {

    static final int PARTS = 10;
    private static final int LEAST_WORDS = 10;

    private Influence() {}

    /** The share of all influence that lies in each tenth of a sentence, from its beginning: {@code [parts]}. */
    static double[] byPlace(Model model, List<Labelled> sentences, int time) {
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
