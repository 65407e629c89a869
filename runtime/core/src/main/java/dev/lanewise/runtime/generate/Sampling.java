package dev.lanewise.runtime.generate;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Draws what comes next by its probability. Immutable, so that threads may share it; drawing allocates.
 *
 * @param temperature that scores are divided by: below 1 what is likely becomes likelier
 * @param topP the most likely symbols that together have this probability are drawn among, at least one, no others
 *     (nucleus sampling, Holtzman and others 2020); 1 for all
 */
public record Sampling(double temperature, double topP) {

    /** As the model has it. */
    public static final Sampling PLAIN = new Sampling(1, 1);

    /** @throws IllegalArgumentException where the temperature is not above 0, or {@code topP} not from 0 to 1 */
    public Sampling {
        if (!(temperature > 0) || !(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("a temperature of " + temperature + " and a top-p of " + topP
                    + "; expected one above 0 and one from 0 to 1");
        }
    }

    /**
     * The probabilities that are drawn by: the softmax of {@code scores / temperature}, without what top-p leaves out.
     *
     * @param scores {@code [symbols]}, logarithms up to a constant
     * @return {@code [symbols]} of sum 1
     */
    public double[] probabilities(float[] scores) {
        double[] p = new double[scores.length];
        double most = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp((scores[i] - most) / temperature);
            sum += p[i];
        }
        double kept = topP == 1 ? sum : cut(p, topP * sum);
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

    /**
     * A symbol.
     *
     * @param scores {@code [symbols]}, logarithms up to a constant
     */
    public int draw(float[] scores, Random random) {
        double[] p = probabilities(scores);
        double left = random.nextDouble();
        int drawn = 0;
        for (int i = 0; i < p.length && left >= 0; i++) {
            left -= p[i];
            drawn = p[i] > 0 ? i : drawn;
        }
        return drawn;
    }
}
