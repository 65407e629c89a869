package dev.lanewise.bench.report;

import dev.lanewise.bench.Machine;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.compiler.inspect.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The results as one page that needs nothing else: no script, no font, no address. */
public final class HtmlReport {

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
        page.add("<header><h1>Lanewise against other runtimes</h1><p>%d of %d rows reach what is asked of them. %s</p>"
                + "</header><main>", result.kept(), result.results().size(), result.caution());
        shortcomings(page, result.missed());
        conditions(page, result);
        for (Suite suite : Suite.values()) {
            suite(page, suite, result.of(suite.toString()));
        }
        RowSection.table(page, only(RowResult.class, result.results()));
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

    /** What is asked and was not found comes first. */
    private static void shortcomings(Svg page, List<Result> missed) {
        if (missed.isEmpty()) {
            return;
        }
        page.add("<section class=\"short\"><h2>Where it falls short</h2><ul>");
        for (Result result : missed) {
            for (Promise promise : result.promises()) {
                if (!promise.kept()) {
                    page.add("<li><b>%s</b>: %s %s, %s asked%s</li>", result.name(), Numbers.ratio(promise.found()),
                            promise.what(), (promise.atLeast() ? "at least " : "at most ")
                                    + Numbers.plain(promise.asked()), promise.sure() ? "" : "; within the noise");
                }
            }
        }
        page.add("</ul></section>");
    }

    private static void conditions(Svg page, BenchResult result) {
        Machine machine = result.machine();
        page.add("<section><h2>How it was measured</h2><p>One thread each, where a row says no other number, in turn"
                + " and in the same process; processes for each row: %d, rounds in each: %d. All give the same answers"
                + " before any is timed. A ratio is the other runtime's time divided by that of Lanewise: above 1"
                + " Lanewise is faster. Bars show the median, the line across their end the interval of 95 %%"
                + " confidence.</p><dl>", result.forks(), result.rounds());
        fact(page, "machine", machine.cpu() + ", " + machine.processors() + " processors, " + machine.caches() + ", "
                + (machine.memory() >> 30) + " GiB, " + machine.system());
        fact(page, "Java", machine.java());
        fact(page, "Lanewise", machine.lanewise());
        only(RowResult.class, result.results()).stream().findFirst()
                .ifPresent(row -> fact(page, "kernels", row.kernels()));
        machine.peers().forEach((name, version) -> fact(page, name, version));
        fact(page, "limits of a core", result.roofline().toString());
        for (String command : result.commands()) {
            page.add("<dt>to repeat it</dt><dd><code>%s</code></dd>", command);
        }
        fact(page, "date", result.date());
        page.add("</dl></section>");
    }

    private static void fact(Svg page, String name, String value) {
        page.add("<dt>%s</dt><dd>%s</dd>", name, value);
    }

    private static void suite(Svg page, Suite suite, List<Result> results) {
        if (results.isEmpty()) {
            return;
        }
        page.add("<section id=\"%s\"><h2>%s</h2>", suite, suite.title());
        switch (suite) {
            case LATENCY -> LatencySection.write(page, only(LatencyResult.class, results));
            case COLDSTART -> StartSection.write(page, only(StartResult.class, results));
            default -> RowSection.write(page, only(RowResult.class, results));
        }
        page.add("</section>");
    }

    private static <T> List<T> only(Class<T> type, List<Result> results) {
        return results.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** What is asked of a result, each with its verdict. */
    static void promises(Svg page, Result result) {
        for (Promise promise : result.promises()) {
            page.add("<p class=\"promise %s\">%s</p>", promise.kept() ? "kept" : "missed", promise.verdict());
        }
    }
}
