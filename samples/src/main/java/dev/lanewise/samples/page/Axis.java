package dev.lanewise.samples.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis of a plot.
 *
 * @param name what it is
 * @param unit what it is counted in
 * @param logarithmic whether equal distances are equal ratios; values are then above zero
 */
public record Axis(String name, String unit, boolean logarithmic) {

    private static final int TICKS = 5;

    public static Axis linear(String name, String unit) {
        return new Axis(name, unit, false);
    }

    public static Axis log(String name, String unit) {
        return new Axis(name, unit, true);
    }

    String label() {
        return name + " (" + unit + ")";
    }

    /** Where a value is between two others: 0 at {@code from}, 1 at {@code to}. */
    double place(double value, double from, double to) {
        return logarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    }

    /** The ends of a range that has all values and ends at round numbers: {@code {from, to}}. */
    double[] range(double least, double most) {
        if (logarithmic) {
            double from = Math.pow(10, Math.floor(Math.log10(least) + 1e-9));
            return new double[] {from, Math.max(10 * from, Math.pow(10, Math.ceil(Math.log10(most) - 1e-9)))};
        }
        double step = step(most > least ? most - least : 1);
        double from = Math.floor(least / step + 1e-9) * step;
        return new double[] {from, Math.max(from + step, Math.ceil(most / step - 1e-9) * step)};
    }

    /** Round numbers between two ends. */
    List<Double> ticks(double from, double to) {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            int first = (int) Math.round(Math.log10(from));
            int last = (int) Math.round(Math.log10(to));
            int stride = Math.max(1, (last - first + TICKS - 1) / TICKS);
            for (int power = first; power <= last; power += stride) {
                ticks.add(Math.pow(10, power));
            }
        } else {
            double step = step(to - from);
            for (int i = 0; from + i * step <= to + step * 1e-9; i++) {
                ticks.add(from + i * step);
            }
        }
        return ticks;
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double step(double range) {
        double rough = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double part = rough / power - 1e-9; // what is 5 but for rounding is 5
        return power * (part > 5 ? 10 : part > 2 ? 5 : part > 1 ? 2 : 1);
    }

    static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e5)) {
            return String.format(Locale.ROOT, "%.0e", value).replace("e-0", "e-").replace("e+0", "e");
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    /** A share as text. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f\u00a0%%", 100 * share);
    }
}
