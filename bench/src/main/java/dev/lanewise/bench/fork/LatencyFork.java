package dev.lanewise.bench.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lanewise.bench.row.LatencyRow;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.row.Work;
import dev.lanewise.bench.subject.LanewiseSubject;
import dev.lanewise.bench.subject.Subject;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * One process that measures latency. Calls arrive at a fixed rate, whether or not the one before has ended, and
 * what counts is the time from a call's arrival to its end: a call that is held up delays those behind it, and
 * each of them is counted with its wait. The runtimes and the empty loop have their turns in short blocks, so
 * that what disturbs the machine meets all of them.
 *
 * <p>Source: G. Tene, "How NOT to Measure Latency", 2013, on the omission of what waits.
 */
public final class LatencyFork {

    /** Turns that each has. */
    static final int BLOCKS = 20;

    /** Turns before, in which the measuring itself is compiled anew for having met all runtimes. */
    private static final int REHEARSED_BLOCKS = 2;

    private static final long WARM_UP_NANOS = 1_500_000_000;

    private LatencyFork() {}

    /** Arguments: data folder, row, calls of each runtime, file for the result. */
    public static void main(String[] args) throws Exception {
        LatencyRow row = (LatencyRow) Suite.item(args[1], Path.of(args[0]));
        int calls = Integer.parseInt(args[2]) / BLOCKS;
        Work work = row.maker().make();
        List<Subject> subjects = new ArrayList<>();
        List<Histogram> histograms = new ArrayList<>();
        for (Subject.Kind kind : row.kinds()) {
            subjects.add(kind.prepare(work));
            histograms.add(new Histogram(1, TimeUnit.SECONDS.toNanos(100), 3));
        }
        for (Subject subject : subjects) {
            warmUp(subject, row.intervalNanos(), histograms.get(0));
        }
        Integer[] turns = new Integer[subjects.size()];
        Arrays.setAll(turns, i -> i);
        Random random = new Random(1);
        for (int block = -REHEARSED_BLOCKS; block < BLOCKS; block++) {
            if (block == 0) {
                histograms.forEach(Histogram::reset);
            }
            Collections.shuffle(Arrays.asList(turns), random);
            for (int turn : turns) {
                call(subjects.get(turn), row.intervalNanos(), calls, histograms.get(turn));
            }
        }
        new ObjectMapper().writeValue(Path.of(args[3]).toFile(), result(row, subjects, histograms));
        System.exit(0); // threads of the runtimes may linger
    }

    /** Back to back, and then as it will be measured. */
    private static void warmUp(Subject subject, long interval, Histogram histogram) throws Exception {
        long end = System.nanoTime() + WARM_UP_NANOS / 2;
        while (System.nanoTime() < end) {
            call(subject, 0, 1_000, histogram);
        }
        call(subject, interval, (int) (WARM_UP_NANOS / 2 / interval), histogram);
    }

    /** Calls that arrive every {@code interval} nanoseconds. */
    private static void call(Subject subject, long interval, int calls, Histogram histogram) throws Exception {
        long arrival = System.nanoTime() + interval;
        for (int i = 0; i < calls; i++) {
            while (System.nanoTime() < arrival) {
                // waiting in sleep or in spin-wait hints would add the time of waking up
            }
            subject.run();
            histogram.recordValue(Math.max(1, System.nanoTime() - arrival));
            arrival += interval;
        }
    }

    private static LatencyForkResult result(LatencyRow row, List<Subject> subjects, List<Histogram> histograms) {
        List<LatencyForkResult.Series> series = new ArrayList<>();
        String kernels = "";
        for (int i = 0; i < subjects.size(); i++) {
            ByteBuffer bytes = ByteBuffer.allocate(histograms.get(i).getNeededByteBufferCapacity());
            histograms.get(i).encodeIntoCompressedByteBuffer(bytes);
            series.add(new LatencyForkResult.Series(
                    row.kinds().get(i), Arrays.copyOf(bytes.array(), bytes.position())));
            if (subjects.get(i) instanceof LanewiseSubject ours) {
                kernels = ours.kernels();
            }
        }
        String collector = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", "));
        return new LatencyForkResult(kernels, collector, series);
    }
}
