package dev.lanewise.samples.languagemodel;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.generate.Sampling;
import java.util.Arrays;
import java.util.Random;

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
            double[] p = Sampling.PLAIN.probabilities(read(text[i]));
            sum -= Math.log(p[text[i + 1]]);
        }
        return sum / (text.length - 1);
    }

    /** A beginning, and what the model makes of it, in so many characters. */
    int[] write(int[] beginning, int more, Sampling sampling, long seed) {
        reset();
        Random random = new Random(seed);
        int[] text = Arrays.copyOf(beginning, beginning.length + more);
        for (int i = 0; i + 1 < text.length; i++) {
            float[] next = read(text[i]);
            if (i + 1 >= beginning.length) {
                text[i + 1] = sampling.draw(next, random);
            }
        }
        return text;
    }
}
