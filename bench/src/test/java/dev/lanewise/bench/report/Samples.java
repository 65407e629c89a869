package dev.lanewise.bench.report;

import dev.lanewise.bench.Machine;
import dev.lanewise.bench.fork.ForkResult;
import dev.lanewise.bench.fork.LatencyForkResult;
import dev.lanewise.bench.fork.Roofline;
import dev.lanewise.bench.fork.StartTimes;
import dev.lanewise.bench.fork.StartWay;
import dev.lanewise.bench.row.LatencyRow;
import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.row.StartRow;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.subject.Subject;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Measurements whose summary is known beforehand. */
final class Samples {

    private static final int CALLS = 20_000;

    private Samples() {}

    static Machine machine(String cpu) {
        return new Machine(cpu, 2, "L1 48K", 1L << 34, "an OS", "a JVM", "abc", Map.of("ONNX Runtime", "1"));
    }

    static Roofline roofline() {
        Map<Integer, Double> reads = Map.of(16 << 10, 100.0, 32 << 10, 100.0, 1 << 20, 50.0, 32 << 20, 20.0);
        return new Roofline(100, new TreeMap<>(reads));
    }

    static BenchResult run(Machine machine, Result... results) {
        return new BenchResult(List.of("./lanewise bench"), "2026-01-01", machine, roofline(), 5, 61,
                List.of(results));
    }

    /** Lanewise takes 100 ns, and ONNX Runtime so many times as long. */
    static RowResult row(String name, double ratio, double least) {
        Row row = new Row(Suite.RECURRENT, name, least, Row.Against.PINNED, null);
        double[] ours = new double[21];
        Arrays.fill(ours, 100);
        double[] theirs = new double[21];
        Arrays.fill(theirs, 100 * ratio);
        ForkResult fork = new ForkResult("vector", 1_000, 1_000, 1, List.of(
                new ForkResult.Series(Subject.Kind.LANEWISE, ours, 0, 0, 0),
                new ForkResult.Series(Subject.Kind.PINNED, theirs, 64, 1e-6, 0)));
        return RowResult.of(row, List.of(fork, fork, fork), roofline());
    }

    /** Every call takes {@code nanos}, but one in a thousand a hundred times as long; the empty loop takes 10 ns. */
    static LatencyResult latency(long nanos) {
        LatencyRow row = new LatencyRow("steps", 5_000, 100_000, true,
                List.of(Subject.Kind.EMPTY, Subject.Kind.LANEWISE), null);
        LatencyForkResult fork = new LatencyForkResult("vector", "", List.of(
                new LatencyForkResult.Series(Subject.Kind.EMPTY, histogram(10)),
                new LatencyForkResult.Series(Subject.Kind.LANEWISE, histogram(nanos))));
        return LatencyResult.of(row, List.of(fork, fork));
    }

    private static byte[] histogram(long nanos) {
        Histogram histogram = new Histogram(1, 1_000_000_000, 3);
        histogram.recordValueWithCount(nanos, 99_900);
        histogram.recordValueWithCount(100 * nanos, 100);
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        histogram.encodeIntoCompressedByteBuffer(bytes);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Lanewise starts in 50 ms from a cache, ONNX Runtime in 250; scalar calls take 1 µs, two tiers twice as long. */
    static StartResult start() {
        Map<StartWay, double[]> starts = new LinkedHashMap<>();
        Map<StartWay, List<long[]>> calls = new LinkedHashMap<>();
        for (StartWay way : StartWay.ALL) {
            double[] millis = new double[5];
            Arrays.fill(millis, way == StartWay.TWO_TIERS_CACHED ? 50 : 250);
            starts.put(way, millis);
            long[] nanos = new long[CALLS];
            Arrays.fill(nanos, way == StartWay.TWO_TIERS ? 2_000 : 1_000);
            calls.put(way, new ArrayList<>(List.of(nanos, nanos)));
        }
        return StartResult.of(new StartRow(Path.of("m.onnx"), CALLS), new StartTimes(starts, calls));
    }
}
