package dev.lanewise.bench.fork;

import dev.lanewise.bench.subject.Subject;
import java.util.List;

/**
 * What one process measured of one row.
 *
 * @param kernels what Lanewise computed with
 * @param multiplyAdds of one call, counted by the steps that ran
 * @param weightBytes that a call reads at least once
 * @param threads that every runtime could use
 * @param series one for each runtime, Lanewise first
 */
public record ForkResult(String kernels, long multiplyAdds, long weightBytes, int threads, List<Series> series) {

    /**
     * A runtime's times. Rounds of all runtimes alternate, so that equal indices are neighbours in time.
     *
     * @param nanos of a call, for each round
     * @param bytes allocated on the Java heap in one call
     * @param difference the largest, of its first output from Lanewise's, relative to the largest element
     * @param memory bytes that the work takes at most at a time; 0 where that was not looked at
     */
    public record Series(Subject.Kind kind, double[] nanos, double bytes, double difference, long memory) {}
}
