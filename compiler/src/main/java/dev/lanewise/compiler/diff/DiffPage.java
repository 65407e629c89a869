package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.inspect.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Differences as one page that needs nothing else: no script, no font, no address. */
public final class DiffPage {

    private DiffPage() {}

    /**
     * The page.
     *
     * @param model the source's name
     */
    public static String of(DiffResult result, String model) throws IOException {
        Svg page = new Svg();
        page.add("<!doctype html>").add("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.add("<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.add("<title>Differences of %s – Lanewise</title>", model);
        page.add("<style>").add(style()).add("</style></head><body>");
        page.add("<header><h1>%s</h1><p>Every value against double precision</p></header><main>", model);
        verdict(page, result);
        table(page, result);
        return page.add("</main></body></html>").toString();
    }

    private static String style() throws IOException {
        try (InputStream in = DiffPage.class.getResourceAsStream("diff.css")) {
            if (in == null) {
                throw new IOException("diff.css is missing from this build of Lanewise");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void verdict(Svg page, DiffResult result) {
        page.add(result.first() == null ? "<section class=\"agrees\">" : "<section class=\"parts\">");
        page.add("<h2>%s</h2>", result.summary());
        page.add("<p>Values part where an element differs by more than %s of the larger of itself and the root mean"
                + " square of its tensor. Inputs that were not given are random, seed %s.</p></section>",
                Double.toString(result.tolerance()), Long.toString(result.seed()));
    }

    private static void table(Svg page, DiffResult result) {
        page.add("<section><div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th rowspan=\"2\">Node</th>"
                + "<th rowspan=\"2\">Operation</th><th rowspan=\"2\">Type</th><th colspan=\"3\">Compiled plan</th>");
        if (result.peer() != null) {
            page.add("<th colspan=\"3\">%s</th>", result.peer());
        }
        page.add("</tr><tr>");
        for (int i = 0; i < (result.peer() == null ? 1 : 2); i++) {
            page.add("<th>absolute</th><th>relative</th><th>ulp</th>");
        }
        page.add("</tr></thead><tbody>");
        for (NodeDifference row : result.rows()) {
            page.add(row == result.first() ? "<tr class=\"first\">" : "<tr>");
            page.add("<td>%s</td><td>%s</td><td>%s</td>", row.node(), row.operation(), row.type());
            distance(page, row.plan(), result.tolerance());
            if (row.peer() != null) {
                distance(page, row.peer(), result.tolerance());
            } else if (result.peer() != null) {
                page.add("<td></td><td></td><td></td>");
            }
            page.add("</tr>");
        }
        page.add("</tbody></table></div></section>");
    }

    private static void distance(Svg page, Distance distance, double tolerance) {
        String mark = distance.parts(tolerance) ? " class=\"far\"" : "";
        for (double number : new double[] {distance.absolute(), distance.relative(), distance.ulps()}) {
            page.add("<td" + mark + ">%s</td>", number == 0 ? "0" : String.format(Locale.ROOT, "%.2g", number));
        }
    }
}
