package dev.lanewise.compiler.cli;

import java.util.Locale;

/** Sizes for people. */
final class Bytes {

    private Bytes() {}

    /** Such as {@code 512 B}, {@code 1.2 KiB}, {@code 34 MiB}. */
    static String text(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "";
        for (String next : new String[] {"KiB", "MiB", "GiB"}) {
            if (value >= 1024) {
                value /= 1024;
                unit = next;
            }
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, unit);
    }
}
