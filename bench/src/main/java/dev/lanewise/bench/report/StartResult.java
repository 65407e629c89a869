package dev.lanewise.bench.report;

import dev.lanewise.bench.fork.StartTimes;
import dev.lanewise.bench.fork.StartWay;
import dev.lanewise.bench.row.StartRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How soon a process answers, and how fast it goes on.
 *
 * @param starts by the ways to start
 * @param curves of the calls from the first on
 * @param startRatio ONNX Runtime's best start / Lanewise's with an AOT cache
 * @param settled p99 of the later calls in two tiers / a steady scalar call
 * @param settling p99 of the earlier calls in two tiers / the same of the scalar kernels
 */
public record StartResult(
        String suite, String name, List<Start> starts, List<Curve> curves, double startRatio, double settled,
        double settling) implements Result {

    /** Calls at the end of a series, by which everything has settled. */
    private static final int LAST = 5_000;

    /** Groups of calls, each a little longer than the one before. */
    private static final double GROWTH = 1.3;

    /**
     * Starts of one way.
     *
     * @param millis from asking for the process to its first result: lower quartile, median, upper quartile
     */
    public record Start(String way, double[] millis) {}

    /**
     * Calls of one way, in groups.
     *
     * @param call number of each group's last call, from 1 on
     * @param median nanoseconds, over the group's calls in all processes
     * @param p99 the same
     */
    public record Curve(String way, int[] call, double[] median, double[] p99) {}

    /** Sums up what was measured. */
    public static StartResult of(StartRow row, StartTimes times) {
        List<Start> starts = new ArrayList<>();
        times.starts().forEach((way, millis) -> starts.add(new Start(way.title(), new double[] {
                Statistics.quantile(millis, 0.25), Statistics.median(millis), Statistics.quantile(millis, 0.75)})));
        List<Curve> curves = new ArrayList<>();
        times.calls().forEach((way, forks) -> curves.add(curve(way, forks)));
        double steady = overForks(times, StartWay.SCALAR,
                calls -> quantile(calls, calls.length - LAST, calls.length, 0.5));
        ToDoubleFunction<long[]> later = calls -> quantile(calls, StartRow.SETTLING, calls.length, 0.99);
        ToDoubleFunction<long[]> earlier = calls -> quantile(calls, StartRow.FIRST, StartRow.SETTLING, 0.99);
        return new StartResult(row.suite().toString(), row.name(), starts, curves,
                peersBest(times.starts()) / Statistics.median(times.starts().get(StartWay.TWO_TIERS_CACHED)),
                overForks(times, StartWay.TWO_TIERS, later) / steady,
                overForks(times, StartWay.TWO_TIERS, earlier) / overForks(times, StartWay.SCALAR, earlier));
    }

    private static double peersBest(Map<StartWay, double[]> starts) {
        return Math.min(Statistics.median(starts.get(StartWay.PEER)),
                Statistics.median(starts.get(StartWay.PEER_CACHED)));
    }

    /** The median over the processes. */
    private static double overForks(StartTimes times, StartWay way, ToDoubleFunction<long[]> value) {
        return Statistics.median(times.calls().get(way).stream().mapToDouble(value).toArray());
    }

    private static double quantile(long[] nanos, int from, int to, double part) {
        return Statistics.quantile(Arrays.stream(nanos, from, to).asDoubleStream().toArray(), part);
    }

    private static Curve curve(StartWay way, List<long[]> forks) {
        int calls = forks.get(0).length;
        List<Integer> ends = new ArrayList<>();
        for (int end = 1; end < calls; end = Math.max(end + 1, (int) (GROWTH * end))) {
            ends.add(end);
        }
        ends.add(calls);
        double[] median = new double[ends.size()];
        double[] p99 = new double[ends.size()];
        int from = 0;
        for (int i = 0; i < median.length; i++) {
            int first = from;
            int to = ends.get(i);
            double[] group = forks.stream().flatMapToDouble(
                    nanos -> Arrays.stream(nanos, first, to).asDoubleStream()).toArray();
            median[i] = Statistics.median(group);
            p99[i] = Statistics.quantile(group, 0.99);
            from = to;
        }
        return new Curve(way.title(), ends.stream().mapToInt(end -> end).toArray(), median, p99);
    }

    @Override
    public List<Promise> promises() {
        return List.of(
                Promise.atLeast("times as soon as ONNX Runtime's best start (two tiers, AOT cache)",
                        StartRow.LEAST_START, startRatio),
                Promise.atMost(String.format(java.util.Locale.ROOT,
                        "steady scalar calls is the p99 of calls %,d to the last in two tiers", StartRow.SETTLING),
                        StartRow.MOST_OF_SCALAR_STEADY, settled),
                Promise.atMost(String.format(java.util.Locale.ROOT,
                        "times the scalar kernels' p99 is that of two tiers, calls %d to %,d", StartRow.FIRST,
                        StartRow.SETTLING), StartRow.MOST_OF_SCALAR_P99, settling));
    }
}
