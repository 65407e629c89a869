package dev.lanewise.bench.report;

import java.util.Locale;

/** Measured numbers as text, with as many digits as mean something. */
final class Numbers {

    private Numbers() {}

    static String time(double nanos) {
        if (nanos < 1e3) {
            return digits(nanos) + " ns";
        }
        return nanos < 1e6 ? digits(nanos / 1e3) + " µs" : digits(nanos / 1e6) + " ms";
    }

    /** A round number of nanoseconds on an axis. */
    static String tick(double nanos) {
        return nanos < 1e3 ? plain(nanos) + " ns"
                : nanos < 1e6 ? plain(nanos / 1e3) + " µs" : plain(nanos / 1e6) + " ms";
    }

    static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** A limit, as it is said. */
    static String plain(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    static String percent(double part) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * part);
    }

    static String bytes(double bytes) {
        return bytes < 0.5 ? "0" : String.format(Locale.ROOT, "%,.0f", bytes);
    }

    static String digits(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
