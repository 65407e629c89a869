package dev.lanewise.samples.languagemodel;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Reads and writes by a compiled model that takes a character and says how likely each is to be next. What came before
 * is in the model's states; where these are full, as a cache of keys and values once is, the later half is read anew.
 * For one thread.
 */
final class NextCharacter {

    private final Session session;
    /** The last characters that were read, [window], the latest at {@code (count - 1) % window}. */
    private final int[] recent;
    private int count;
    private int held;

    /** @param window how many characters the states can hold; 0 for any number */
    NextCharacter(Model model, int window) {
        session = model.newSession();
        recent = new int[window];
    }

    /** Forgets all. */
    void reset() {
        session.state().reset();
        count = 0;
        held = 0;
    }

    /** Reads a character; gives the scores of the next one, [characters]. */
    float[] read(int symbol) {
        int window = recent.length;
        if (window > 0 && held == window) {
            session.state().reset();
            held = 0;
            for (int i = count - window / 2; i < count; i++) {
                step(recent[i % window]);
            }
        }
        if (window > 0) {
            recent[count++ % window] = symbol;
        }
        step(symbol);
        Tensor scores = session.output("scores"); // [1, 1, characters]
        return Arrays.copyOfRange(scores.floats(), scores.offset(), scores.offset() + scores.size());
    }

    private void step(int symbol) {
        Tensor input = session.input("symbol");
        input.ints()[input.offset()] = symbol;
        session.run();
        held++;
    }

    /** Mean of −log p of each character but the first of a text, each given those before it. */
    double nats(int[] text) {
        reset();
        double sum = 0;
        for (int i = 0; i + 1 < text.length; i++) {
            double[] p = probabilities(read(text[i]), 1, 1);
            sum -= Math.log(p[text[i + 1]]);
        }
        return sum / (text.length - 1);
    }

    /** A beginning, and what the model makes of it, in so many characters. */
    int[] write(int[] beginning, int more, double temperature, double topP, long seed) {
        reset();
        Random random = new Random(seed);
        int[] text = Arrays.copyOf(beginning, beginning.length + more);
        for (int i = 0; i + 1 < text.length; i++) {
            float[] next = read(text[i]);
            if (i + 1 >= beginning.length) {
                text[i + 1] = draw(probabilities(next, temperature, topP), random);
            }
        }
        return text;
    }

    /**
     * The softmax of {@code scores / temperature}; of these the most likely that together have {@code topP} are kept,
     * at least one, so that they sum to 1 (nucleus sampling, Holtzman et al. 2020).
     *
     * @param scores [characters]
     */
    static double[] probabilities(float[] scores, double temperature, double topP) {
        double[] p = new double[scores.length];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < p.length; i++) {
            most = Math.max(most, scores[i]);
        }
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp((scores[i] - most) / temperature);
            sum += p[i];
        }
        double kept = topP >= 1 ? sum : cut(p, topP * sum);
        for (int i = 0; i < p.length; i++) {
            p[i] /= kept;
        }
        return p;
    }

    /** Sets those to 0 that come after a sum of {@code enough}, the largest first; gives the sum of the others. */
    private static double cut(double[] p, double enough) {
        int[] order = IntStream.range(0, p.length).boxed()
                .sorted(Comparator.comparingDouble(i -> -p[i])).mapToInt(Integer::intValue).toArray();
        double kept = 0;
        for (int i : order) {
            if (kept > 0 && kept >= enough) {
                p[i] = 0;
            }
            kept += p[i];
        }
        return kept;
    }

    private static int draw(double[] p, Random random) {
        double left = random.nextDouble();
        int last = 0;
        for (int i = 0; i < p.length && left >= 0; i++) {
            left -= p[i];
            last = p[i] > 0 ? i : last;
        }
        return last;
    }
}
