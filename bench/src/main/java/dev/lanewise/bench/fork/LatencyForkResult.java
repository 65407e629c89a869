package dev.lanewise.bench.fork;

import dev.lanewise.bench.subject.Subject;
import java.util.List;

/**
 * What one process measured of calls at a fixed rate.
 *
 * @param kernels what Lanewise computed with
 * @param collector name of the garbage collector
 * @param series one for each runtime, in the row's order
 */
public record LatencyForkResult(String kernels, String collector, List<Series> series) {

    /**
     * Times of one runtime.
     *
     * @param histogram nanoseconds from a call's arrival to its end, as HdrHistogram encodes them
     */
    public record Series(Subject.Kind kind, byte[] histogram) {}
}
