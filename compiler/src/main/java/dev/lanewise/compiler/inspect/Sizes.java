package dev.lanewise.compiler.inspect;

import java.util.Locale;

/** Sizes and counts for people. */
public final class Sizes {

    private Sizes() {}

    /** Such as {@code 512 B}, {@code 1.2 KiB}, {@code 34 MiB}. */
    public static String bytes(long bytes) {
        return scaled(bytes, 1024, new String[] {" B", " KiB", " MiB", " GiB", " TiB"});
    }

    /** Such as {@code 512}, {@code 1.2 k}, {@code 34 M}. */
    public static String count(long count) {
        return scaled(count, 1000, new String[] {"", " k", " M", " G", " T"});
    }

    /** Such as {@code 1 step}, {@code 12 steps}. */
    public static String of(int count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    private static String scaled(long number, int step, String[] units) {
        double value = number;
        int unit = 0;
        while (value >= step && unit < units.length - 1) {
            value /= step;
            unit++;
        }
        return String.format(Locale.ROOT, unit > 0 && value < 10 ? "%.1f%s" : "%.0f%s", value, units[unit]);
    }
}
