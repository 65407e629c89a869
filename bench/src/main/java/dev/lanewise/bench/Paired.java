package dev.lanewise.bench;

import java.util.Arrays;

/**
 * Times two ways of doing the same work against each other: rounds of one and of the other in turn,
 * so that a machine whose speed drifts slows both alike. What counts is the ratio of each pair of
 * neighbours.
 */
final class Paired {

    /**
     * Medians over the rounds, and quartiles of the ratio.
     *
     * @param ours nanoseconds of one piece of work
     * @param theirs nanoseconds of the same piece
     * @param ratios theirs / ours: lower quartile, median, upper quartile
     */
    record Result(double ours, double theirs, double[] ratios) {

        @Override
        public String toString() {
            return String.format(
                    java.util.Locale.ROOT, "%.2f µs against %.2f µs: %.2f times as fast (quartiles %.2f to %.2f)",
                    ours / 1e3, theirs / 1e3, ratios[1], ratios[0], ratios[2]);
        }
    }

    /** A round of work; gives how many pieces it did. */
    interface Work {
        int run() throws Exception;
    }

    private Paired() {}

    static Result time(int warmUpRounds, int rounds, Work ours, Work theirs) throws Exception {
        for (int i = 0; i < warmUpRounds; i++) {
            ours.run();
            theirs.run();
        }
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            boolean first = i % 2 == 0; // whoever goes second finds the caches of the other
            double one = nanos(first ? ours : theirs);
            double two = nanos(first ? theirs : ours);
            a[i] = first ? one : two;
            b[i] = first ? two : one;
            ratios[i] = b[i] / a[i];
        }
        Arrays.sort(a);
        Arrays.sort(b);
        Arrays.sort(ratios);
        return new Result(
                a[rounds / 2], b[rounds / 2], new double[] {ratios[rounds / 4], ratios[rounds / 2],
                        ratios[3 * rounds / 4]});
    }

    private static double nanos(Work work) throws Exception {
        long begin = System.nanoTime();
        int pieces = work.run();
        return (System.nanoTime() - begin) / (double) pieces;
    }
}
