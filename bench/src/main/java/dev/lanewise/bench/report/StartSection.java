package dev.lanewise.bench.report;

import dev.lanewise.bench.fork.StartWay;
import dev.lanewise.compiler.inspect.Svg;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The part of the page that shows how soon a process answers. */
final class StartSection {

    /** Whose calls are drawn, and in what style. */
    private static final Map<String, String> STYLES = Map.of(
            StartWay.TWO_TIERS.title(), "lanewise",
            StartWay.TWO_TIERS_CACHED.title(), "lanewise cached",
            StartWay.SCALAR.title(), "scalar",
            StartWay.HOT.title(), "hot",
            StartWay.PEER.title(), "pinned");

    private static final int[] CALLS = {1, 10, 100, 1_000, 10_000};

    private StartSection() {}

    static void write(Svg page, List<StartResult> results) {
        page.add("<p>From asking the system for a process to its first result, and the calls that follow without a"
                + " pause. All processes use the serial collector; programs and libraries are in jars, as users have"
                + " them; an AOT cache is what <code>lanewise aot</code> makes.</p>");
        results.forEach(result -> result(page, result));
    }

    private static void result(Svg page, StartResult result) {
        page.add("<div class=\"row\"><h3>%s</h3>", result.name());
        double most = result.starts().stream().mapToDouble(start -> start.millis()[2]).max().orElse(1);
        for (StartResult.Start start : result.starts()) {
            double[] millis = start.millis();
            page.add("<div class=\"peer\"><span>%s</span><div class=\"track\"><i class=\"bar %s\" style=\"--w:%.2f%%\">"
                    + "</i><i class=\"span\" style=\"--a:%.2f%%;--b:%.2f%%\"></i></div>"
                    + "<span class=\"number\"><b>%s ms</b> · %s – %s</span></div>", start.way(),
                    start.way().startsWith("Lanewise") ? "lanewise" : "pinned", 100 * millis[1] / most,
                    100 * millis[0] / most, 100 * millis[2] / most, Numbers.digits(millis[1]),
                    Numbers.digits(millis[0]), Numbers.digits(millis[2]));
        }
        HtmlReport.promises(page, result);
        page.add("<p class=\"key\">");
        result.curves().stream().filter(curve -> STYLES.containsKey(curve.way()))
                .forEach(curve -> page.add("<span class=\"%s\">%s</span>", STYLES.get(curve.way()), curve.way()));
        page.add("</p>");
        calls(page, result, "Median time of a call, by its number", StartResult.Curve::median);
        calls(page, result, "99 of 100 calls take at most, by their number", StartResult.Curve::p99);
        page.add("</div>");
    }

    private static void calls(
            Svg page, StartResult result, String title, Function<StartResult.Curve, double[]> values) {
        LineChart chart = new LineChart(title);
        for (StartResult.Curve curve : result.curves()) {
            if (STYLES.containsKey(curve.way())) {
                chart.line(STYLES.get(curve.way()), Arrays.stream(curve.call()).asDoubleStream().toArray(),
                        values.apply(curve));
            }
        }
        for (int call : CALLS) {
            chart.tick(call, String.format(Locale.ROOT, "call %,d", call));
        }
        page.add("<h4>%s</h4>", title);
        chart.draw(page, Numbers::tick);
    }
}
