package dev.lanewise.samples.page;

import java.util.Locale;

/**
 * A figure that a sample promises.
 *
 * @param what the figure
 * @param found what it is
 * @param least it should be at least this
 * @param most and at most this
 */
public record Check(String what, double found, double least, double most) {

    public static Check atLeast(String what, double found, double least) {
        return new Check(what, found, least, Double.POSITIVE_INFINITY);
    }

    public static Check atMost(String what, double found, double most) {
        return new Check(what, found, Double.NEGATIVE_INFINITY, most);
    }

    public static Check between(String what, double found, double least, double most) {
        return new Check(what, found, least, most);
    }

    public boolean kept() {
        return found >= least && found <= most;
    }

    @Override
    public String toString() {
        String asked = Double.isInfinite(most) ? "at least " + least
                : Double.isInfinite(least) ? "at most " + most : least + " to " + most;
        return String.format(Locale.ROOT, "%s: %.3f (asked: %s)", what, found, asked);
    }
}
