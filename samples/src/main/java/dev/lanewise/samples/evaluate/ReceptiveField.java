package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;

/**
 * How many steps of its input a model looks at, found by changing each and looking: input
 * {@code x [1, time, channels]}, output {@code y [1, steps, units]}.
 */
public final class ReceptiveField {

    /** So far from zero that it is seen through many layers. */
    private static final float CHANGED = 100;

    private ReceptiveField() {}

    /** The number of steps of the input on which the middle step of the output depends. */
    public static int of(Model model) {
        Session session = model.newSession();
        float[] before = middle(session, -1);
        int count = 0;
        for (int t = 0; t < session.input("x").extent(1); t++) {
            count += Arrays.equals(before, middle(session, t)) ? 0 : 1;
        }
        return count;
    }

    /** The middle step of the output, [units], where one step of the input, or none, is not zero. */
    private static float[] middle(Session session, int changed) {
        Tensor x = session.input("x");
        int channels = x.extent(2);
        Arrays.fill(x.floats(), x.offset(), x.offset() + x.size(), 0);
        if (changed >= 0) {
            int from = x.offset() + changed * channels;
            Arrays.fill(x.floats(), from, from + channels, CHANGED);
        }
        session.run();
        Tensor y = session.output("y");
        int from = y.offset() + y.extent(1) / 2 * y.extent(2);
        return Arrays.copyOfRange(y.floats(), from, from + y.extent(2));
    }
}
