package dev.lanewise.bench.report;

import dev.lanewise.compiler.inspect.Svg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.LongStream;

/** Curves over two logarithmic axes. As wide as the page lets it be; lines and letters keep their size. */
final class LineChart {

    private record Tick(double value, String label) {}

    private record Line(String style, double[] x, double[] y) {}

    private final String title;
    private final List<Tick> ticks = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();

    /** @param title what it shows, for those who hear the page */
    LineChart(String title) {
        this.title = title;
    }

    /** Marks a place on the axis across. */
    LineChart tick(double x, String label) {
        ticks.add(new Tick(x, label));
        return this;
    }

    /** A curve; {@code style} are classes of the style sheet. Values are above zero. */
    LineChart line(String style, double[] x, double[] y) {
        lines.add(new Line(style, x, y));
        return this;
    }

    /** @param unit how a value of the axis upwards is written */
    void draw(Svg page, DoubleFunction<String> unit) {
        double[] x = range(lines.stream().map(Line::x).toList());
        double[] y = range(lines.stream().map(Line::y).toList());
        double bottom = Math.pow(10, Math.floor(Math.log10(y[0])));
        double top = Math.max(10 * bottom, Math.pow(10, Math.ceil(Math.log10(y[1]))));
        page.add("<div class=\"chart\" role=\"img\" aria-label=\"%s\">", title);
        page.add("<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        for (double value : decades(bottom, top)) {
            page.add("<path class=\"grid\" d=\"M0 %.2fH100\"/>", 100 - place(value, bottom, top));
        }
        for (Tick tick : ticks) {
            page.add("<path class=\"grid\" d=\"M%.2f 0V100\"/>", place(tick.value, x[0], x[1]));
        }
        for (Line line : lines) {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < line.x.length; i++) {
                path.append(String.format(Locale.ROOT, "%s%.2f %.2f", i == 0 ? "M" : "L",
                        place(line.x[i], x[0], x[1]), 100 - place(line.y[i], bottom, top)));
            }
            page.add("<path class=\"%s\" d=\"%s\"/>", "line " + line.style, path);
        }
        page.add("</svg>");
        for (double value : decades(bottom, top)) {
            page.add("<span class=\"up\" style=\"--w:%.2f%%\">%s</span>", place(value, bottom, top),
                    unit.apply(value));
        }
        for (Tick tick : ticks) {
            page.add("<span class=\"across\" style=\"--w:%.2f%%\">%s</span>", place(tick.value, x[0], x[1]),
                    tick.label);
        }
        page.add("</div>");
    }

    private static double[] decades(double bottom, double top) {
        long from = Math.round(Math.log10(bottom));
        long to = Math.round(Math.log10(top));
        return LongStream.rangeClosed(from, to).mapToDouble(power -> Math.pow(10, power)).toArray();
    }

    private static double[] range(List<double[]> values) {
        return new double[] {
                values.stream().flatMapToDouble(Arrays::stream).min().orElse(1),
                values.stream().flatMapToDouble(Arrays::stream).max().orElse(10)};
    }

    /** In per cent of the way from {@code from} to {@code to}. */
    private static double place(double value, double from, double to) {
        return 100 * Math.log(value / from) / Math.log(to / from);
    }
}
