package dev.lanewise.bench.row;

import dev.lanewise.bench.subject.Subject;
import java.util.List;
import java.util.Locale;

/**
 * Calls that arrive at a fixed rate, and how long each waits for its result.
 *
 * @param name what the results call it; unique
 * @param intervalNanos from one arrival to the next
 * @param calls of each runtime, over all processes
 * @param epsilon whether the heap is Epsilon's, which never collects; the promise is about this
 * @param kinds who is measured, in alternating blocks; the empty loop first, then Lanewise
 * @param maker builds the work; called in the process that measures
 */
public record LatencyRow(
        String name, long intervalNanos, long calls, boolean epsilon, List<Subject.Kind> kinds, Row.Maker maker)
        implements Item {

    /** The promise: p99.99 of a call on the Epsilon heap is at most this many times the empty loop's p99.99 … */
    public static final double MOST_OF_EMPTY = 1.5;

    /** … and so many medians of the call. */
    public static final double MORE_MEDIANS = 5;

    private static final Subject.Kind[] ALONE = {Subject.Kind.EMPTY, Subject.Kind.LANEWISE};
    private static final Subject.Kind[] BESIDE_ONNX_RUNTIME = {
        Subject.Kind.EMPTY, Subject.Kind.LANEWISE, Subject.Kind.PINNED, Subject.Kind.PLAIN
    };

    @Override
    public Suite suite() {
        return Suite.LATENCY;
    }

    /** Ten million steps of an LSTM, and fewer of a larger one at a rate that ONNX Runtime can follow as well. */
    static List<LatencyRow> all() {
        return List.of(
                row(32, 5_000, 10_000_000, false, ALONE),
                row(32, 5_000, 10_000_000, true, ALONE),
                row(128, 50_000, 250_000, false, BESIDE_ONNX_RUNTIME),
                row(128, 50_000, 250_000, true, BESIDE_ONNX_RUNTIME));
    }

    private static LatencyRow row(int hidden, long interval, long calls, boolean epsilon, Subject.Kind... kinds) {
        String name = String.format(Locale.ROOT, "LSTM step, hidden %d, %,d a second, %s", hidden,
                1_000_000_000 / interval, epsilon ? "Epsilon heap" : "default heap");
        return new LatencyRow(name, interval, calls, epsilon, List.of(kinds), () -> RecurrentRows.lstmStep(hidden));
    }
}
