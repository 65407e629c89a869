package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What must be known of all values before the first extent is written: when the stream settles, after
 * how many frames it repeats, and whether its end gives frames that nothing else does. Gathered while a
 * graph is streamed a first time. Not safe for threads.
 */
final class Survey {

    private final Dim.Symbol length;
    private final long shortest;
    private long settled;
    private long period = 1;
    private boolean tail;

    /**
     * @param length the extent of the whole sequence
     * @param shortest sequence that the whole graph can compute
     */
    Survey(Dim.Symbol length, long shortest) {
        this.length = length;
        this.shortest = shortest;
    }

    /** Takes note of a value's timing. */
    void add(Emission emission, Dim total) {
        period = Periods.common(period, emission.period());
        settled = Periods.require(Math.max(settled, emission.settled()));
        long own = emission.period();
        // from where on the end gives the same again a period later; found from behind
        long end = horizon(emission, total);
        long from = end;
        while (from > 0 && tail(emission, total, from - 1) == tail(emission, total, from - 1 + own)) {
            from--;
        }
        settled = Math.max(settled, from);
        for (long t = 1; t <= end && !tail; t++) {
            tail = tail(emission, total, t) > 0;
        }
    }

    /** Asks that the first call can be told from others. */
    void beginning() {
        settled = Math.max(settled, 1);
    }

    /** Asks that the first {@code frames} frames of a value are counted. */
    void count(Emission emission, long frames) {
        long t = Math.max(1, emission.settled());
        while (emission.at(t) < frames) {
            t = Periods.require(t + emission.period());
        }
        settled = Math.max(settled, t);
    }

    /**
     * Fails unless a number of frames depends on the length alone.
     *
     * @throws PlanException naming both
     */
    static void requireAlone(Dim total, Dim.Symbol length) {
        List<Dim.Symbol> symbols = new ArrayList<>();
        total.collectSymbols(symbols);
        if (!symbols.stream().allMatch(symbol -> symbol.name().equals(length.name()))) {
            throw new PlanException("--stream: a value has " + total + " frames, which depends on more than "
                    + length.name() + "; fix other extents with --dim");
        }
    }

    /** A position by which the numbers of frames, before the end and at the end, surely repeat. */
    long horizon(Emission emission, Dim total) {
        requireAlone(total, length);
        long own = emission.period();
        long end = Math.max(emission.settled(), shortest) + own;
        while (true) {
            long t = end;
            while (t < 2 * end + own && tail(emission, total, t) == tail(emission, total, t + own)) {
                t++;
            }
            if (t == 2 * end + own) {
                return end;
            }
            end = Periods.require(2 * end + own);
        }
    }

    /** The frames that only the end gives. */
    private long tail(Emission emission, Dim total, long t) {
        if (t < shortest) {
            return 0;
        }
        long frames = total(total, t);
        if (frames < emission.at(t)) {
            throw new PlanException("--stream: after " + t + " frames there would be " + emission.at(t) + " of "
                    + total);
        }
        return frames - emission.at(t);
    }

    /** Frames of a value when a sequence of {@code t} frames has ended. */
    long total(Dim total, long t) {
        return Math.max(0, total.evaluate(Map.of(length.name(), t)));
    }

    /** The timeline that all values so far need, for chunks of a range. */
    Timeline timeline(CompileOptions.Range chunk) {
        return new Timeline(length, chunk, shortest, settled, period, tail);
    }
}
