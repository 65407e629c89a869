package dev.lanewise.bench.report;

import dev.lanewise.bench.Machine;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.subject.Subject;
import dev.lanewise.compiler.inspect.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The results as one page that needs nothing else: no script, no font, no address. */
public final class HtmlReport {

    /** The bars' axis is logarithmic: from half as fast to this many times as fast. */
    private static final double SLOWEST = 0.5;

    private static final double FASTEST = 64;
    private static final int[] TICKS = {1, 2, 4, 8, 16, 32, 64};

    private HtmlReport() {}

    /** The page. */
    public static String of(BenchResult result) throws IOException {
        Svg page = new Svg();
        page.add("<!doctype html>").add("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.add("<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.add("<title>Lanewise against other runtimes</title>");
        page.add("<style>").add(style()).add("</style></head><body>");
        long kept = result.rows().stream().filter(RowResult::kept).count();
        page.add("<header><h1>Lanewise against other runtimes</h1><p>%d of %d rows reach what is asked of them</p>"
                + "</header><main>", kept, result.rows().size());
        conditions(page, result);
        Map<String, List<RowResult>> suites = result.rows().stream()
                .collect(Collectors.groupingBy(RowResult::suite, java.util.LinkedHashMap::new, Collectors.toList()));
        suites.forEach((suite, rows) -> suite(page, Suite.valueOf(suite.toUpperCase(Locale.ROOT)).title(), rows));
        table(page, result.rows());
        return page.add("</main></body></html>").toString();
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream("bench.css")) {
            if (in == null) {
                throw new IOException("bench.css is missing from this build of Lanewise");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void conditions(Svg page, BenchResult result) {
        Machine machine = result.machine();
        page.add("<section><h2>How it was measured</h2><p>One thread each, in turn, in the same process; %d processes"
                + " for each row, %d rounds in each. A ratio is the other runtime's time divided by that of"
                + " Lanewise: above 1 Lanewise is faster. Bars show the median, the line across its end the interval"
                + " of 95 %% confidence.</p><dl>", result.forks(), result.rounds());
        fact(page, "machine", machine.cpu() + ", " + machine.processors() + " processors, "
                + (machine.memory() >> 30) + " GiB, " + machine.system());
        fact(page, "Java", machine.java());
        fact(page, "kernels", result.rows().isEmpty() ? "" : result.rows().get(0).kernels());
        machine.peers().forEach((name, version) -> fact(page, name, version));
        fact(page, "limits of a core", String.format(Locale.ROOT, "%.0f GFLOP/s; reads %s",
                result.roofline().gflops(), reads(result)));
        page.add("<dt>to repeat it</dt><dd><code>%s</code></dd>", result.command());
        fact(page, "date", result.date());
        page.add("</dl></section>");
    }

    private static String reads(BenchResult result) {
        Map<Integer, Double> reads = result.roofline().readGigabytes();
        return String.format(Locale.ROOT, "%.0f GB/s of 32 KB, %.0f of 1 MB, %.0f of 32 MB", reads.get(32 << 10),
                reads.get(1 << 20), reads.get(32 << 20));
    }

    private static void fact(Svg page, String name, String value) {
        page.add("<dt>%s</dt><dd>%s</dd>", name, value);
    }

    private static void suite(Svg page, String title, List<RowResult> rows) {
        page.add("<section><h2>%s</h2><p class=\"key\">", title);
        for (Subject.Kind kind : Subject.Kind.values()) {
            if (kind != Subject.Kind.LANEWISE) {
                page.add("<span class=\"%s\">%s</span>", kind, kind.title());
            }
        }
        page.add("<span class=\"asked\">what is asked</span></p>");
        rows.forEach(row -> row(page, row));
        page.add("<div class=\"axis\" aria-hidden=\"true\">");
        for (int tick : TICKS) {
            page.add("<span style=\"--w:%.2f%%\">%d×</span>", place(tick), tick);
        }
        page.add("</div></section>");
    }

    private static void row(Svg page, RowResult row) {
        page.add("<div class=\"row\"><h3>%s <b>%s</b></h3>", row.name(), Numbers.time(row.ours().nanos()[1]));
        page.add("<p class=\"roof\">%s of the machine's limit (%s) · %s bytes a call · "
                        + (row.rival() == null ? "nobody to compare with" : row.kept()
                                ? "<span class=\"kept\">%s times as fast as %s asked, kept</span>"
                                : "<span class=\"missed\">%s times as fast as %s asked, missed</span>") + "</p>",
                Numbers.percent(row.roof()), row.bound(), Numbers.bytes(row.ours().bytes()),
                String.valueOf(row.least()), row.against().toString());
        for (RowResult.Time peer : row.peers()) {
            page.add("<div class=\"peer\"><span>%s</span><div class=\"track\">", peer.kind().title());
            page.add("<i class=\"bar %s\" style=\"--w:%.2f%%\"></i>", peer.kind(), place(peer.ratio()[1]));
            page.add("<i class=\"span\" style=\"--a:%.2f%%;--b:%.2f%%\"></i>", place(peer.ratio()[0]),
                    place(peer.ratio()[2]));
            page.add("<i class=\"even\" style=\"--w:%.2f%%\"></i>", place(1));
            if (peer == row.rival()) {
                page.add("<i class=\"asked\" style=\"--w:%.2f%%\"></i>", place(row.least()));
            }
            page.add("</div><span class=\"number\"><b>%s×</b> · %s · %s B a call</span></div>",
                    Numbers.ratio(peer.ratio()[1]), Numbers.time(peer.nanos()[1]), Numbers.bytes(peer.bytes()));
        }
        page.add("</div>");
    }

    /** Where a ratio lies on the axis, in per cent. */
    private static double place(double ratio) {
        double part = Math.log(ratio / SLOWEST) / Math.log(FASTEST / SLOWEST);
        return 100 * Math.max(0.005, Math.min(1, part));
    }

    private static void table(Svg page, List<RowResult> rows) {
        page.add("<section><h2>All numbers</h2><p>Times of a call: median over the processes, and quartiles.</p>"
                + "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Row</th><th>Runtime</th><th>Median</th>"
                + "<th>Quartiles</th><th>Ratio</th><th>Interval</th><th>Bytes</th><th>Difference</th></tr>"
                + "</thead><tbody>");
        for (RowResult row : rows) {
            for (RowResult.Time time : row.times()) {
                page.add("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s – %s</td><td>%s</td><td>%s – %s</td><td>%s</td>"
                        + "<td>%s</td></tr>", row.name(), time.kind().title(), Numbers.time(time.nanos()[1]),
                        Numbers.time(time.nanos()[0]), Numbers.time(time.nanos()[2]), Numbers.ratio(time.ratio()[1]),
                        Numbers.ratio(time.ratio()[0]), Numbers.ratio(time.ratio()[2]), Numbers.bytes(time.bytes()),
                        String.format(Locale.ROOT, "%.1e", time.difference()));
            }
        }
        page.add("</tbody></table></div></section>");
    }
}
