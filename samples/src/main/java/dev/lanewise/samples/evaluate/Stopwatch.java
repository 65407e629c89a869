package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.Session;
import dev.lanewise.samples.data.Labelled;
import java.util.Arrays;
import java.util.List;

/** Times a session's runs. For one thread. */
public final class Stopwatch {

    /** Of so many rounds the median counts. */
    public static final int ROUNDS = 7;

    private static final long LEAST_NANOS = 20_000_000;
    /** Until the JVM has compiled what runs, on two busy processors. */
    private static final long WARM_NANOS = 2_000_000_000;

    private Stopwatch() {}

    /** Runs it for as long as the JVM needs to make it fast. */
    private static void warm(Session session) {
        for (long begin = System.nanoTime(); System.nanoTime() - begin < WARM_NANOS; ) {
            session.run();
        }
    }

    /** Milliseconds of a run: the median of some rounds, after as many that do not count, for shapes that are new. */
    private static double millis(Session session) {
        rounds(session);
        double[] sorted = rounds(session);
        Arrays.sort(sorted);
        return sorted[ROUNDS / 2];
    }

    /** Milliseconds of a run on a batch of each of some sequences. */
    public static double[] millis(Session session, int batch, List<Labelled> sequences) {
        sequences.get(0).feed(session, batch);
        warm(session);
        return sequences.stream().mapToDouble(sequence -> {
            sequence.feed(session, batch);
            return millis(session);
        }).toArray();
    }

    private static double[] rounds(Session session) {
        double[] millis = new double[ROUNDS];
        Arrays.setAll(millis, round -> {
            long begin = System.nanoTime();
            int runs = 0;
            while (System.nanoTime() - begin < LEAST_NANOS) {
                session.run();
                runs++;
            }
            return (System.nanoTime() - begin) * 1e-6 / runs;
        });
        return millis;
    }
}
