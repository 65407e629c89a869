package dev.lanewise.samples.data;

import dev.lanewise.runtime.Tensor;

/** Scores that a model gives to classes. */
public final class Scores {

    private Scores() {}

    /** The class of the highest score in each row of {@code [..., classes]}; the first of several. */
    public static int[] best(Tensor scores) {
        int classes = scores.extent(scores.rank() - 1);
        int[] best = new int[scores.size() / classes];
        for (int i = 0; i < scores.size(); i++) {
            int row = i / classes;
            best[row] = scores.get(i) > scores.get(row * classes + best[row]) ? i % classes : best[row];
        }
        return best;
    }
}
