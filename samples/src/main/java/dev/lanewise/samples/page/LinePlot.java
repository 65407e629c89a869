package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Curves over two axes, with a key. */
public final class LinePlot implements Drawing {

    private static final int HEIGHT = 290;
    private static final int LEFT = 62;
    private static final int RIGHT = 16;
    private static final int TOP = 10;
    private static final int BOTTOM = 48;
    /** The style sheet has so many colours. */
    private static final int COLOURS = 6;

    /** What stands in the key. */
    record Entry(String name, String style) {}

    private record Curve(String name, double[] x, double[] y, boolean reference) {}

    private record Band(String name, double[] x, double[] low, double[] high) {}

    private final Axis across;
    private final Axis up;
    private final List<Curve> curves = new ArrayList<>();
    private final List<Band> bands = new ArrayList<>();
    private double[] marks = {};
    private double[] limits = {};

    public LinePlot(Axis across, Axis up) {
        this.across = across;
        this.up = up;
    }

    /**
     * The first channels of a sequence over its steps.
     *
     * @param x (steps, channels)
     */
    public static LinePlot ofChannels(float[] x, int channels, int shown) {
        LinePlot plot = new LinePlot(Axis.linear("time", "steps"), Axis.linear("value", "as recorded"));
        double[] time = IntStream.range(0, x.length / channels).asDoubleStream().toArray();
        for (int c = 0; c < shown; c++) {
            int channel = c;
            plot.curve("channel " + (c + 1), time,
                    Arrays.stream(time).map(t -> x[(int) t * channels + channel]).toArray());
        }
        return plot;
    }

    /** A curve; points that are not finite, or not above zero on a logarithmic axis, are left out. */
    public LinePlot curve(String name, double[] x, double[] y) {
        return add(name, x, y, false);
    }

    /** A dashed line to compare with, such as chance. */
    public LinePlot reference(String name, double[] x, double[] y) {
        return add(name, x, y, true);
    }

    /** What lies between two curves, behind all others; in the colour of the next curve. */
    public LinePlot band(String name, double[] x, double[] low, double[] high) {
        bands.add(new Band(name, x, low, high));
        return this;
    }

    private LinePlot add(String name, double[] x, double[] y, boolean reference) {
        int[] kept = IntStream.range(0, x.length)
                .filter(i -> Double.isFinite(y[i]) && (!up.logarithmic() || y[i] > 0))
                .toArray();
        double[] keptX = Arrays.stream(kept).mapToDouble(i -> x[i]).toArray();
        double[] keptY = Arrays.stream(kept).mapToDouble(i -> y[i]).toArray();
        curves.add(new Curve(name, keptX, keptY, reference));
        return this;
    }

    /** Where the axis across has ticks; round numbers unless said. */
    public LinePlot ticks(double... values) {
        marks = values;
        return this;
    }

    /** What the axis upwards shows at least. */
    public LinePlot from(double least, double most) {
        limits = new double[] {least, most};
        return this;
    }

    @Override
    public int height() {
        return HEIGHT;
    }

    /** What is drawn, with its classes in the style sheet. */
    @Override
    public List<Entry> key() {
        List<Entry> key = new ArrayList<>();
        for (int i = 0; i < curves.size(); i++) {
            key.add(new Entry(curves.get(i).name, style(i)));
        }
        bands.forEach(band -> key.add(new Entry(band.name, "band " + bandStyle())));
        return key;
    }

    /** Axes and curves, without the key. */
    @Override
    public void plot(Svg page) {
        double[] x = DoubleStream.concat(values(Curve::x, marks), ofBands(Band::x)).sorted().toArray();
        double[] xs = marks.length > 1
                ? new double[] {x[0], x[x.length - 1]}
                : across.range(x[0], x[x.length - 1]);
        double[] y = DoubleStream.concat(values(Curve::y, limits),
                DoubleStream.concat(ofBands(Band::low), ofBands(Band::high))).sorted().toArray();
        double[] ys = up.range(y[0], y[y.length - 1]);
        for (double tick : up.ticks(ys[0], ys[1])) {
            double at = vertical(tick, ys);
            page.add("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, at, USUAL_WIDTH - RIGHT);
            page.add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 6, at + 4, Axis.number(tick));
        }
        for (double tick : marks.length > 0 ? boxed(marks) : across.ticks(xs[0], xs[1])) {
            double at = horizontal(tick, xs);
            page.add("<path class=\"grid\" d=\"M%.1f %dV%d\"/>", at, TOP, HEIGHT - BOTTOM);
            page.add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", at, HEIGHT - BOTTOM + 17,
                    Axis.number(tick));
        }
        page.add("<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (LEFT + USUAL_WIDTH - RIGHT) / 2, HEIGHT - 8, across.label());
        page.add("<text class=\"name\" transform=\"translate(11 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2, up.label());
        bands.forEach(band -> band(page, band, xs, ys));
        for (int i = 0; i < curves.size(); i++) {
            curve(page, i, xs, ys);
        }
    }

    private void curve(Svg page, int number, double[] xs, double[] ys) {
        Curve curve = curves.get(number);
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < curve.x.length; i++) {
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", horizontal(curve.x[i], xs),
                    vertical(curve.y[i], ys)));
        }
        page.add("<path class=\"%s\" d=\"%s\"/>", "line " + style(number), path);
        boolean few = curve.x.length <= 12 && !curve.reference;
        for (int i = 0; few && i < curve.x.length; i++) {
            page.add("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s: %s, %s</title></circle>",
                    style(number), horizontal(curve.x[i], xs), vertical(curve.y[i], ys), curve.name,
                    Axis.number(curve.x[i]), Axis.number(curve.y[i]));
        }
    }

    private void band(Svg page, Band band, double[] xs, double[] ys) {
        StringBuilder path = new StringBuilder();
        int n = band.x.length;
        for (int i = 0; i < 2 * n; i++) {
            int at = i < n ? i : 2 * n - 1 - i;
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", horizontal(band.x[at], xs),
                    vertical(i < n ? band.low[at] : band.high[at], ys)));
        }
        page.add("<path class=\"%s\" d=\"%sZ\"/>", "area " + bandStyle(), path);
    }

    private String bandStyle() {
        return "c" + curves.size() % COLOURS;
    }

    private DoubleStream ofBands(Function<Band, double[]> which) {
        return bands.stream().flatMapToDouble(band -> Arrays.stream(which.apply(band)));
    }

    private String style(int number) {
        return "c" + number % COLOURS + (curves.get(number).reference ? " reference" : "");
    }

    private DoubleStream values(Function<Curve, double[]> which, double[] more) {
        return DoubleStream.concat(
                curves.stream().flatMapToDouble(curve -> Arrays.stream(which.apply(curve))), Arrays.stream(more));
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private double horizontal(double value, double[] range) {
        return LEFT + (USUAL_WIDTH - RIGHT - LEFT) * across.place(value, range[0], range[1]);
    }

    private double vertical(double value, double[] range) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * up.place(value, range[0], range[1]);
    }
}
