package dev.lanewise.compiler.check;

import java.util.List;

/**
 * What came of one case.
 *
 * @param name of the case
 * @param kind how it ended
 * @param reasons why it did not pass; for people
 * @param error the largest error where outputs were compared, relative to what is allowed where this
 *     is above 1; NaN where nothing was compared
 * @param pinned inputs that had to be fixed at compile time
 * @param millis how long it took
 */
public record Verdict(String name, Kind kind, List<String> reasons, double error, List<String> pinned, long millis) {

    /** How a case ended. */
    public enum Kind {
        PASS,
        FAIL,
        UNSUPPORTED,
        /** The result differs from a recording that is known not to be what the model computes. */
        RECORDED_WRONGLY
    }

    public Verdict {
        reasons = List.copyOf(reasons);
        pinned = List.copyOf(pinned);
    }

    static Verdict fail(String name, String reason) {
        return new Verdict(name, Kind.FAIL, List.of(reason), Double.NaN, List.of(), 0);
    }

    /** One line: the kind, the name, and what there is to say. */
    public String line() {
        StringBuilder line = new StringBuilder(kind.toString().replace('_', ' ')).append(' ').append(name);
        if (!reasons.isEmpty()) {
            line.append(": ").append(String.join("; ", reasons));
        }
        if (!pinned.isEmpty()) {
            line.append(" (pinned: ").append(String.join(", ", pinned)).append(')');
        }
        return line.toString();
    }
}
