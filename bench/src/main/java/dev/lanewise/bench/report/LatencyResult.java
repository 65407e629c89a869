package dev.lanewise.bench.report;

import dev.lanewise.bench.fork.LatencyForkResult;
import dev.lanewise.bench.row.LatencyRow;
import dev.lanewise.bench.subject.Subject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * Times from arrival to end of calls at a fixed rate, over all forks.
 *
 * @param rate arrivals in a second
 * @param kernels what Lanewise computed with
 * @param collector of garbage
 * @param promised whether the promise is about this one
 * @param curves the empty loop's first, then Lanewise's
 */
public record LatencyResult(
        String suite, String name, long rate, String kernels, String collector, boolean promised, List<Curve> curves)
        implements Result {

    /** Points of a curve in each further nine of its quantile. */
    private static final int POINTS_IN_A_NINE = 8;

    /**
     * One runtime.
     *
     * @param calls counted
     * @param p50 nanoseconds; so are all that follow
     * @param forkP9999 p99.99 in each process alone
     * @param beyond part of the calls that took longer, falling from 1
     * @param nanos that {@code beyond} belongs to
     */
    public record Curve(
            Subject.Kind kind, long calls, long p50, long p90, long p99, long p999, long p9999, long max,
            long[] forkP9999, double[] beyond, long[] nanos) {}

    /** Joins what the forks measured. */
    public static LatencyResult of(LatencyRow row, List<LatencyForkResult> forks) {
        List<Curve> curves = new ArrayList<>();
        for (int i = 0; i < row.kinds().size(); i++) {
            List<Histogram> histograms = new ArrayList<>();
            for (LatencyForkResult fork : forks) {
                histograms.add(decode(fork.series().get(i).histogram()));
            }
            curves.add(curve(row.kinds().get(i), histograms));
        }
        LatencyForkResult first = forks.get(0);
        return new LatencyResult(row.suite().toString(), row.name(), 1_000_000_000 / row.intervalNanos(),
                first.kernels(), first.collector(), row.epsilon(), curves);
    }

    private static Histogram decode(byte[] bytes) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
        } catch (DataFormatException e) {
            throw new IllegalStateException("a process of the bench wrote no histogram", e);
        }
    }

    private static Curve curve(Subject.Kind kind, List<Histogram> forks) {
        Histogram all = forks.get(0).copy();
        forks.subList(1, forks.size()).forEach(all::add);
        long calls = all.getTotalCount();
        int points = 1 + (int) (POINTS_IN_A_NINE * Math.log10(calls));
        double[] beyond = new double[points];
        long[] nanos = new long[points];
        for (int i = 0; i < points; i++) {
            beyond[i] = Math.pow(10, -i / (double) POINTS_IN_A_NINE);
            nanos[i] = all.getValueAtPercentile(100 * (1 - beyond[i]));
        }
        return new Curve(kind, calls, all.getValueAtPercentile(50), all.getValueAtPercentile(90),
                all.getValueAtPercentile(99), all.getValueAtPercentile(99.9), all.getValueAtPercentile(99.99),
                all.getMaxValue(), forks.stream().mapToLong(fork -> fork.getValueAtPercentile(99.99)).toArray(),
                beyond, nanos);
    }

    private Curve curve(Subject.Kind kind) {
        return curves.stream().filter(curve -> curve.kind == kind).findFirst().orElseThrow();
    }

    /** p99.99 in times of what is allowed: some of the empty loop's, and a few medians. */
    @Override
    public List<Promise> promises() {
        if (!promised) {
            return List.of();
        }
        Curve ours = curve(Subject.Kind.LANEWISE);
        double allowed = LatencyRow.MOST_OF_EMPTY * curve(Subject.Kind.EMPTY).p9999
                + LatencyRow.MORE_MEDIANS * ours.p50;
        return List.of(Promise.atMost("of what is allowed for p99.99 (" + Numbers.plain(LatencyRow.MOST_OF_EMPTY)
                + " times the empty loop's and " + Numbers.plain(LatencyRow.MORE_MEDIANS) + " medians, "
                + Numbers.time(allowed) + ")", 1, ours.p9999 / allowed));
    }
}
