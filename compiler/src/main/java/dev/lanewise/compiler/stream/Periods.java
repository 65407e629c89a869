package dev.lanewise.compiler.stream;

import dev.lanewise.formats.PlanException;

/** Arithmetic of what repeats. */
final class Periods {

    /** More frames than this before a stream repeats are refused: walking through them would take too long. */
    static final long LONGEST = 1 << 18;

    private Periods() {}

    /** The greatest common divisor. */
    static long greatest(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }

    /**
     * The least common multiple.
     *
     * @throws PlanException where it is beyond {@link #LONGEST}
     */
    static long common(long a, long b) {
        return require(a / greatest(a, b) * b);
    }

    /** The number itself, where it can be walked through. */
    static long require(long frames) {
        if (frames > LONGEST) {
            throw new PlanException("--stream: the stream repeats only after " + frames + " frames; at most " + LONGEST
                    + " are followed");
        }
        return frames;
    }
}
