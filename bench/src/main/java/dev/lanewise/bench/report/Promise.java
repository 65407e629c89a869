package dev.lanewise.bench.report;

/**
 * What is asked of a result, and what was found.
 *
 * @param what a sentence's beginning, such as {@code times as fast as the best peer}
 * @param asked the limit
 * @param atLeast whether the limit is from below
 * @param found what was measured
 * @param sure whether the whole interval of confidence is on the same side of the limit
 */
public record Promise(String what, double asked, boolean atLeast, double found, boolean sure) {

    static Promise atLeast(String what, double asked, double found) {
        return new Promise(what, asked, true, found, true);
    }

    static Promise atMost(String what, double asked, double found) {
        return new Promise(what, asked, false, found, true);
    }

    public boolean kept() {
        return atLeast ? found >= asked : found <= asked;
    }

    /** Both numbers and the verdict in a few words. */
    String verdict() {
        return Numbers.ratio(found) + " " + what + ", " + (atLeast ? "at least " : "at most ") + Numbers.plain(asked)
                + " asked: " + (kept() ? "kept" : "NOT KEPT") + (sure ? "" : ", within the noise");
    }
}
