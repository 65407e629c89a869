package dev.lanewise.bench.report;

import dev.lanewise.bench.fork.ForkResult;
import dev.lanewise.bench.fork.Roofline;
import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.subject.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One row's result over all forks.
 *
 * @param suite the suite's name
 * @param least the ratio that is promised
 * @param against the peer that the promise is about
 * @param kernels what Lanewise computed with
 * @param roof part of what the machine's cores can do, as many as there are threads, that Lanewise reaches
 * @param bound what limits: {@code multiply-adds} or {@code reading weights}
 * @param times of each runtime, Lanewise first
 */
public record RowResult(
        String suite, String name, double least, Row.Against against, String kernels, double roof, String bound,
        List<Time> times) implements Result {

    /**
     * One runtime.
     *
     * @param nanos of a call: lower quartile, median, upper quartile over the forks' medians
     * @param ratio its time / Lanewise's: lower end, median, upper end of the interval of 95 % confidence
     * @param bytes allocated on the Java heap in a call
     * @param difference of its first output from Lanewise's, relative to the largest element
     * @param memory bytes that it takes at most at a time; 0 where that was not looked at
     */
    public record Time(
            Subject.Kind kind, double[] nanos, double[] ratio, double bytes, double difference, long memory) {}

    /** Sums up what the forks measured. */
    public static RowResult of(Row row, List<ForkResult> forks, Roofline roofline) {
        ForkResult first = forks.get(0);
        List<Time> times = new ArrayList<>();
        for (int i = 0; i < first.series().size(); i++) {
            double[] medians = new double[forks.size()];
            double bytes = 0;
            double difference = 0;
            long memory = 0;
            List<double[]> ratios = new ArrayList<>();
            for (int fork = 0; fork < medians.length; fork++) {
                ForkResult.Series series = forks.get(fork).series().get(i);
                medians[fork] = Statistics.median(series.nanos());
                ratios.add(ratios(forks.get(fork).series().get(0).nanos(), series.nanos()));
                bytes = Math.max(bytes, series.bytes());
                difference = Math.max(difference, series.difference());
                memory = memory == 0 ? series.memory() : Math.min(memory, series.memory());
            }
            double[] interval = Statistics.interval(ratios);
            double ratio = Statistics.median(ratios.stream().mapToDouble(Statistics::median).toArray());
            times.add(new Time(first.series().get(i).kind(),
                    new double[] {Statistics.quantile(medians, 0.25), Statistics.median(medians),
                            Statistics.quantile(medians, 0.75)},
                    new double[] {interval[0], ratio, interval[1]}, bytes, difference, memory));
        }
        double limit = roofline.least(first.multiplyAdds(), first.weightBytes()) / first.threads();
        String bound = roofline.bindsReading(first.multiplyAdds(), first.weightBytes())
                ? "reading weights" : "multiply-adds";
        return new RowResult(row.suite().toString(), row.name(), row.least(), row.against(), first.kernels(),
                limit / times.get(0).nanos[1], bound, times);
    }

    private static double[] ratios(double[] ours, double[] theirs) {
        double[] ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = theirs[i] / ours[i];
        }
        return ratios;
    }

    public Time ours() {
        return times.get(0);
    }

    public List<Time> peers() {
        return times.subList(1, times.size());
    }

    /** The peer that the promise is about, or {@code null} where it was not measured. */
    public Time rival() {
        return peers().stream()
                .filter(peer -> switch (against) {
                    case BEST -> true;
                    case PINNED -> peer.kind == Subject.Kind.PINNED;
                    case PLAIN -> peer.kind == Subject.Kind.PLAIN;
                })
                .min(Comparator.comparingDouble(peer -> peer.ratio[1]))
                .orElse(null);
    }

    @Override
    public List<Promise> promises() {
        Time rival = rival();
        if (rival == null) {
            return List.of();
        }
        boolean kept = rival.ratio[1] >= least;
        boolean sure = kept ? rival.ratio[0] >= least : rival.ratio[2] < least;
        Promise speed = new Promise("times as fast as " + against, least, true, rival.ratio[1], sure);
        return rival.memory == 0 ? List.of(speed) : List.of(speed,
                Promise.atMost("times its memory", 1, (double) ours().memory / rival.memory),
                Promise.atMost("bytes allocated in a step", 0, Math.rint(ours().bytes)));
    }
}
