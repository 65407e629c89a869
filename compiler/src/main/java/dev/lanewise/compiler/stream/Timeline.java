package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes extents of emissions. A call finds the stream at a position, is given a chunk, and leaves it at
 * another: {@code emission(after) − emission(before)} frames come out, and at the end all that are left.
 *
 * <p>The position is the number of frames that have come, as far as it matters: beyond where everything
 * has settled it is counted modulo the period. It is carried as the extent of a state without elements,
 * so that all extents are known before a call begins; where it does not matter at all there is none.
 */
final class Timeline {

    private final Dim.Symbol length;
    private final Dim chunk;
    private final long shortest;
    private final long settled;
    private final long period;
    private final boolean tail;
    private final Dim before;
    private final Dim more;
    private final Map<List<Object>, Dim> known = new HashMap<>();

    /**
     * @param length the extent of the whole sequence, whose name the chunk's takes over
     * @param range frames that a call may bring
     * @param shortest sequence that the whole graph can compute
     * @param settled position from which on everything repeats
     * @param period frames after which it does
     * @param tail whether the end of the stream gives frames of its own
     */
    Timeline(
            Dim.Symbol length, CompileOptions.Range range, long shortest, long settled, long period, boolean tail) {
        this.length = length;
        this.shortest = shortest;
        this.settled = settled;
        this.period = period;
        this.tail = tail;
        // the call that ends a stream may bring no frames
        long least = tail ? 0 : range.min();
        this.chunk = least == range.max() ? Dim.of(least) : Dim.symbol(length.name(), least, range.max());
        long last = settled + period - 1;
        this.before = last == 0 ? Dim.ZERO : Dim.symbol(StreamAxis.POSITION, 0, last);
        this.more = tail ? Dim.symbol(StreamAxis.MORE, 0, 1) : Dim.ONE;
    }

    /** One that stands for any other while nothing is known yet. */
    static Timeline unknown(Dim.Symbol length, CompileOptions.Range range) {
        return new Timeline(length, range, 1, Periods.LONGEST, 1, true);
    }

    /** Frames of the input in this call. */
    Dim chunk() {
        return chunk;
    }

    /** 1 while the stream goes on, 0 in the call that ends it; the number 1 where the end changes nothing. */
    Dim more() {
        return more;
    }

    /** 1 in the call that ends the stream, else 0. */
    Dim ended() {
        return Dim.ONE.minus(more);
    }

    /** The position as the call finds it; the number 0 where it never matters. */
    Dim before() {
        return before;
    }

    private Dim after() {
        return before.plus(chunk);
    }

    /** The position for the next call. */
    Dim next() {
        Dim over = after().max(Dim.of(settled)).minus(settled);
        return after().minus(over.floorDiv(period).times(period));
    }

    /** 1 once the stream has begun before this call, else 0. */
    Dim begunBefore() {
        return before.min(Dim.ONE);
    }

    /** 1 once the stream has begun with this call, else 0. */
    Dim begun() {
        return after().min(Dim.ONE);
    }

    /** Frames of a value in all calls before this one. */
    Dim before(Emission emission) {
        return emission.at(before);
    }

    /**
     * Frames of a value in this call.
     *
     * @param total frames of the whole sequence, by the symbol of its length
     */
    Dim frames(Emission emission, Dim total) {
        return known.computeIfAbsent(List.of(emission, total), key -> compute(emission, total));
    }

    private Dim compute(Emission emission, Dim total) {
        Survey.requireAlone(total, length);
        Dim frames = emission.at(after()).minus(emission.at(before));
        if (hasTail(emission, total)) {
            Dim rest = total.substitute(Map.of(length.name(), after())).max(Dim.ZERO).minus(emission.at(after()));
            frames = frames.plus(rest.times(ended()));
        }
        return settled == Periods.LONGEST ? frames : frames.boundedBy(most(emission, total));
    }

    private boolean hasTail(Emission emission, Dim total) {
        if (settled == Periods.LONGEST) {
            return true;
        }
        for (long t = shortest; t <= settled + period; t++) {
            if (Math.max(0, total.evaluate(Map.of(length.name(), t))) != emission.at(t)) {
                return true;
            }
        }
        return false;
    }

    /** The most frames of any call: memory is planned by it. */
    private long most(Emission emission, Dim total) {
        long most = 0;
        for (long t = 0; t < settled + period; t++) {
            long after = t + chunk.max();
            long frames = emission.at(after);
            if (tail) {
                frames = Math.max(frames, total.evaluate(Map.of(length.name(), after)));
            }
            most = Math.max(most, frames - emission.at(t));
        }
        return most;
    }
}
