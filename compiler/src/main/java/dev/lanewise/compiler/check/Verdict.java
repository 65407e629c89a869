package dev.lanewise.compiler.check;

import java.util.List;

/**
 * What came of one case.
 *
 * @param name of the case
 * @param kind how it ended
 * @param reasons why it failed or is not supported; for people
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
        UNSUPPORTED
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
        StringBuilder line = new StringBuilder(kind.toString()).append(' ').append(name);
        if (!reasons.isEmpty()) {
            line.append(": ").append(String.join("; ", reasons));
        }
        if (!pinned.isEmpty()) {
            line.append(" (pinned: ").append(String.join(", ", pinned)).append(')');
        }
        return line.toString();
    }
}
