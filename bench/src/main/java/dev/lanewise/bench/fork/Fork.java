package dev.lanewise.bench.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.row.Work;
import dev.lanewise.bench.subject.LanewiseSubject;
import dev.lanewise.bench.subject.Subject;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * One process that measures one row: all runtimes are prepared, give the same answers, are warmed in turn,
 * and are then timed in rounds, in each of which all have a turn, so that a machine whose speed drifts slows all alike.
 */
public final class Fork {

    /** A round lasts this long, or one call. */
    private static final long ROUND_NANOS = 4_000_000;

    /** Warm-up lasts at least this part of its time, … */
    private static final double LEAST_WARM_UP = 0.25;

    /** … and ends where nobody's median over so many rounds … */
    private static final int STEADY_ROUNDS = 16;

    /** … is shorter than that over as many before by more than this. */
    private static final double STEADY = 1.05;

    /** The first call finds states of zeros, which hide what they are multiplied with. */
    private static final int COMPARED_CALLS = 3;

    private Fork() {}

    /** Arguments: data folder, row, runtimes between commas, rounds, milliseconds of warm-up, file for the result. */
    public static void main(String[] args) throws Exception {
        Row row = (Row) Suite.item(args[1], Path.of(args[0]));
        Work work = row.maker().make();
        List<Subject.Kind> kinds =
                Arrays.stream(args[2].split(",")).map(Subject.Kind::valueOf).filter(kind -> kind.does(work)).toList();
        ForkResult result = measure(work, kinds, Integer.parseInt(args[3]), Long.parseLong(args[4]) * 1_000_000);
        new ObjectMapper().writeValue(Path.of(args[5]).toFile(), result);
        System.exit(0); // threads of the runtimes may linger
    }

    private static ForkResult measure(Work work, List<Subject.Kind> kinds, int rounds, long warmUpNanos)
            throws Exception {
        List<Subject> subjects = new ArrayList<>();
        double[] differences = new double[kinds.size()];
        for (Subject.Kind kind : kinds) {
            subjects.add(kind.prepare(work));
        }
        for (int call = 0; call < COMPARED_CALLS; call++) {
            float[] expected = null;
            for (int i = 0; i < subjects.size(); i++) {
                subjects.get(i).run();
                float[] output = subjects.get(i).output();
                expected = i == 0 ? output : expected;
                double difference = difference(expected, output, kinds.get(i), work.difference());
                differences[i] = Math.max(differences[i], difference);
            }
        }
        int[] calls = warmUp(subjects, warmUpNanos);
        List<Integer> turns = new ArrayList<>(IntStream.range(0, subjects.size()).boxed().toList());
        Random random = new Random(1);
        double[][] nanos = new double[subjects.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(turns, random); // nobody always finds the caches as the same other left them
            for (int turn : turns) {
                nanos[turn][round] = time(subjects.get(turn), calls[turn]);
            }
        }
        List<ForkResult.Series> series = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            double bytes = allocated(subjects.get(i), Math.min(calls[i], 100));
            series.add(new ForkResult.Series(kinds.get(i), nanos[i], bytes, differences[i],
                    subjects.get(i).memory()));
        }
        LanewiseSubject ours = (LanewiseSubject) subjects.get(0);
        return new ForkResult(ours.kernels(), ours.multiplyAdds(), ours.weightBytes() * work.passes(),
                work.threads(), series);
    }

    /**
     * Warms all in turn until none becomes faster; gives the calls that make a round of each.
     *
     * @param nanos for each, at most
     */
    private static int[] warmUp(List<Subject> subjects, long nanos) throws Exception {
        int[] calls = new int[subjects.size()];
        Arrays.fill(calls, 1);
        double[][] recent = new double[subjects.size()][2 * STEADY_ROUNDS]; // a ring
        long begin = System.nanoTime();
        long most = nanos * subjects.size();
        for (int round = 0; System.nanoTime() - begin < most; round++) {
            for (int i = 0; i < calls.length; i++) {
                double one = time(subjects.get(i), calls[i]);
                recent[i][round % recent[i].length] = one;
                calls[i] = (int) Math.max(1, Math.min(ROUND_NANOS / one, 2.0 * calls[i]));
            }
            boolean filled = round % recent[0].length == recent[0].length - 1;
            if (filled && System.nanoTime() - begin > LEAST_WARM_UP * most
                    && Arrays.stream(recent).allMatch(Fork::steady)) {
                break;
            }
        }
        return calls;
    }

    /** @param nanos [2 * STEADY_ROUNDS], in order */
    private static boolean steady(double[] nanos) {
        return median(nanos, 0) <= STEADY * median(nanos, STEADY_ROUNDS);
    }

    private static double median(double[] nanos, int from) {
        double[] some = Arrays.copyOfRange(nanos, from, from + STEADY_ROUNDS);
        Arrays.sort(some);
        return some[STEADY_ROUNDS / 2];
    }

    private static double time(Subject subject, int calls) throws Exception {
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            subject.run();
        }
        return (System.nanoTime() - begin) / (double) calls;
    }

    /** Bytes of a call; the measuring itself, which allocates at its first use, is done once before. */
    private static double allocated(Subject subject, int calls) throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        double bytes = 0;
        for (int i = 0; i < 2; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            time(subject, calls);
            bytes = (threads.getCurrentThreadAllocatedBytes() - before) / (double) calls;
        }
        return bytes;
    }

    private static double difference(float[] expected, float[] found, Subject.Kind kind, double allowed) {
        if (expected.length != found.length) {
            throw new IllegalStateException(kind.title() + " gives " + found.length + " elements, Lanewise "
                    + expected.length);
        }
        double largest = 0;
        double most = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            most = Math.max(most, Math.abs((double) expected[i] - found[i]));
        }
        double relative = most == 0 ? 0 : most / largest;
        if (!(relative <= allowed)) {
            throw new IllegalStateException(kind.title() + " gives another answer than Lanewise: they differ by "
                    + relative + " of the largest element");
        }
        return relative;
    }
}
