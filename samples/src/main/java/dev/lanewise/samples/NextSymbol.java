package dev.lanewise.samples;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.generate.Sampling;
import java.util.Arrays;
import java.util.Random;

/**
 * Reads and writes by a compiled model that takes a {@code symbol [1, 1]}, such as a character, and gives
 * {@code scores} of the next one. What came before is in the model's states; where these are full, as a cache of keys
 * and values once is, the later half is read anew. For one thread.
 */
public final class NextSymbol {

    private final Session session;
    /** The last symbols that were read, [window], the latest at {@code (count - 1) % window}. */
    private final int[] recent;
    private int count;
    private int held;

    /** @param window how many symbols the states can hold; 0 for any number */
    public NextSymbol(Model model, int window) {
        session = model.newSession();
        recent = new int[window];
    }

    /** Forgets all. */
    public void reset() {
        session.state().reset();
        count = 0;
        held = 0;
    }

    /** Reads a symbol; gives the scores of the next one, [symbols]. */
    public float[] read(int symbol) {
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
        Tensor scores = session.output("scores"); // [1, 1, symbols]
        return Arrays.copyOfRange(scores.floats(), scores.offset(), scores.offset() + scores.size());
    }

    private void step(int symbol) {
        Tensor input = session.input("symbol");
        input.ints()[input.offset()] = symbol;
        session.run();
        held++;
    }

    /** Mean of −log p of each symbol but the first of a text, each given those before it. */
    public double nats(int[] text) {
        reset();
        double sum = 0;
        for (int i = 0; i + 1 < text.length; i++) {
            double[] p = Sampling.PLAIN.probabilities(read(text[i]));
            sum -= Math.log(p[text[i + 1]]);
        }
        return sum / (text.length - 1);
    }

    /** A beginning, and what the model makes of it, in so many symbols. */
    public int[] write(int[] beginning, int more, Sampling sampling, long seed) {
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
