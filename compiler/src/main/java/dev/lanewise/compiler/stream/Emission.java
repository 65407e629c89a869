package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import java.util.List;

/**
 * How many frames of a value exist once {@code t} frames of the input have come, before the stream's end:
 * 0 for t = 0, else {@code max(least, gain · ⌊(t + shift) / period⌋ + offset)}. Convolutions, pooling,
 * padding, cropping and repetition all stay within this form, since quotients of quotients are
 * quotients. Immutable.
 *
 * @param least frames that exist from the first call on
 * @param gain frames that {@code period} frames of the input give
 * @param shift from 0 to {@code period − 1}
 */
record Emission(long least, long gain, long shift, long period, long offset) {

    /** The input itself. */
    static final Emission INPUT = of(0, 1, 0, 1, 0);

    /** Brings the shift into its range. */
    private static Emission of(long least, long gain, long shift, long period, long offset) {
        long whole = Math.floorDiv(shift, period);
        return new Emission(Math.max(0, least), gain, shift - whole * period, period, offset + whole * gain);
    }

    long at(long t) {
        return t == 0 ? 0 : formula(t);
    }

    private long formula(long t) {
        return Math.max(least, gain * Math.floorDiv(t + shift, period) + offset);
    }

    /** The same for an extent. */
    Dim at(Dim t) {
        if (t.isConstant()) {
            return Dim.of(at(t.constant()));
        }
        Dim frames = t.plus(shift).floorDiv(period).times(gain).plus(offset).max(Dim.of(least));
        long early = formula(0); // frames that padding alone gives, from the first call on
        return early == 0 ? frames : frames.minus(Dim.ONE.minus(t.min(Dim.ONE)).times(early));
    }

    /** With {@code frames} more at the beginning. */
    Emission lead(long frames) {
        return of(least + frames, gain, shift, period, offset + frames);
    }

    /** With {@code frames} fewer: cropped at the beginning, or held back. */
    Emission later(long frames) {
        return of(least - frames, gain, shift, period, offset - frames);
    }

    /** With each frame become {@code n}. */
    Emission times(long n) {
        return new Emission(least * n, gain * n, shift, period, offset * n);
    }

    /**
     * One frame for each window of {@code reach} frames, {@code stride} frames apart, the first one beginning {@code
     * lead} frames before the value's first. Where neither the stride nor the gain divides the other, windows are
     * complete in an uneven rhythm, which is not of this form: then some are held back, as few as possible, until
     * those of a whole period are complete.
     */
    Emission windows(long lead, long reach, long stride) {
        long room = lead - reach + stride;
        long common = Periods.greatest(gain, stride);
        long rounds = stride / common; // periods after which windows begin at the same places again
        Emission best = null;
        long held = Long.MAX_VALUE;
        for (long moved = 0; moved < rounds; moved++) {
            long most = Long.MAX_VALUE;
            long sum = 0; // of the windows that are complete and those that come, over all periods
            for (long m = 0; m < rounds; m++) {
                long ahead = Math.floorDiv(gain * m + offset + room, stride)
                        - gain / common * Math.floorDiv(m + moved, rounds);
                most = Math.min(most, ahead);
                sum += ahead;
            }
            if (sum - rounds * most < held) {
                held = sum - rounds * most;
                best = of(Math.floorDiv(least + room, stride), gain / common, shift + moved * period, period * rounds,
                        most);
            }
        }
        return best;
    }

    /** The first position from which on a period more of input always gives {@code gain} frames more. */
    long settled() {
        long needed = -Math.floorDiv(offset - least, gain); // periods that give as many frames as padding did
        return Math.max(formula(0) == 0 ? 0 : 1, needed * period - shift);
    }

    /**
     * By how many frames of the input a frame comes later than the frame of the input at its own place,
     * at most.
     */
    long delay() {
        long longest = 0;
        long end = settled() + 2 * period;
        for (long t = 1; t <= end; t++) {
            if (at(t) > at(t - 1)) {
                // the first of the frames that come with t stands furthest back
                longest = Math.max(longest, t - (at(t - 1) * period / gain + 1));
            }
        }
        return longest;
    }

    boolean sameRate(Emission other) {
        return gain * other.period == other.gain * period;
    }

    /** The first position from which on both repeat, and a common period later. */
    private long end(Emission other) {
        return Math.max(settled(), other.settled()) + Periods.common(period, other.period);
    }

    /** By how many frames this is ahead of {@code other} at most, 0 where it never is. */
    private long ahead(Emission other) {
        long most = 0;
        long end = end(other);
        for (long t = 1; t <= end; t++) {
            most = Math.max(most, at(t) - other.at(t));
        }
        return most;
    }

    /**
     * What several values of one rate have in common: at each moment no more frames than any of them has,
     * as many as this form allows.
     */
    static Emission meet(List<Emission> emissions) {
        long least = emissions.stream().mapToLong(Emission::least).min().orElseThrow();
        Emission best = null;
        for (Emission emission : emissions) {
            Emission own = of(least, emission.gain, emission.shift, emission.period, emission.offset);
            Emission candidate = own.later(emissions.stream().mapToLong(own::ahead).max().orElseThrow());
            if (best == null || best.ahead(candidate) == 0) {
                best = candidate;
            }
        }
        return best;
    }
}
