package dev.lanewise.bench.report;

import dev.lanewise.compiler.inspect.Svg;
import java.util.Arrays;
import java.util.List;

/** The part of the page that shows how long calls wait for their results. */
final class LatencySection {

    private static final String[] NINES = {"0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"};

    private LatencySection() {}

    static void write(Svg page, List<LatencyResult> results) {
        page.add("<p>Calls arrive at a fixed rate, whether or not the one before has ended; what counts is the time"
                + " from a call's arrival to its end: whoever waits behind a slow call is counted with the wait."
                + " The empty loop is measured in the same way and in turn with the others: what it shows is the"
                + " machine's.</p>");
        results.forEach(result -> result(page, result));
    }

    private static void result(Svg page, LatencyResult result) {
        page.add("<div class=\"row\"><h3>%s</h3><p class=\"key\">", result.name());
        LineChart chart = new LineChart("Time that calls take at most, by their part of all");
        for (LatencyResult.Curve curve : result.curves()) {
            page.add("<span class=\"%s\">%s</span>", curve.kind(), curve.kind().title());
            double[] nines = Arrays.stream(curve.beyond()).map(beyond -> 1 / beyond).toArray();
            chart.line(curve.kind().toString(), nines, Arrays.stream(curve.nanos()).asDoubleStream().toArray());
        }
        page.add("</p>");
        long calls = result.curves().get(0).calls();
        for (int i = 0; i < NINES.length && Math.pow(10, i) <= calls; i++) {
            chart.tick(Math.pow(10, i), NINES[i]);
        }
        chart.draw(page, Numbers::tick);
        page.add("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Runtime</th><th>Calls</th><th>p50</th>"
                + "<th>p99</th><th>p99.9</th><th>p99.99</th><th>max</th></tr></thead><tbody>");
        for (LatencyResult.Curve curve : result.curves()) {
            page.add("<tr><td>%s</td><td>%,d</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>",
                    curve.kind().title(), curve.calls(), Numbers.time(curve.p50()), Numbers.time(curve.p99()),
                    Numbers.time(curve.p999()), Numbers.time(curve.p9999()), Numbers.time(curve.max()));
        }
        page.add("</tbody></table></div>");
        HtmlReport.promises(page, result);
        page.add("</div>");
    }
}
