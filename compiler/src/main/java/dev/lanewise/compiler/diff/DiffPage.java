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
        boolean agrees = result.first() == null;
        page.add(agrees ? "<section class=\"agrees\">" : "<section class=\"parts\">");
        String summary = result.summary();
        page.add("<h2>%s</h2>", summary.substring(0, 1).toUpperCase(Locale.ROOT) + summary.substring(1));
        page.add("<p>Values part where an element differs by more than %s of the larger of itself and the root mean"
                + " square of its tensor. Inputs that were not given are random, seed %s.%s</p></section>",
                result.toleranceText(), Long.toString(result.seed()), agrees ? "" : " What parts is red.");
        if (!agrees) {
            page.add("<p class=\"jump\"><a href=\"#first\">Go to the first value that parts</a></p>");
        }
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
            page.add(row == result.first() ? "<tr id=\"first\">" : "<tr>");
            page.add("<td>%s</td><td>%s</td><td>%s</td>", row.node(), row.operation(), row.type());
            distance(page, "plan", row.plan(), result.tolerance());
            if (row.peer() != null) {
                distance(page, result.peer(), row.peer(), result.tolerance());
            } else if (result.peer() != null) {
                page.add("<td></td><td></td><td></td>");
            }
            page.add("</tr>");
        }
        page.add("</tbody></table></div></section>");
    }

    /** Three cells; on a phone, which has no room for the table's head, each says what it is. */
    private static void distance(Svg page, String of, Distance distance, double tolerance) {
        String mark = distance.parts(tolerance) ? " class=\"far\"" : "";
        double[] numbers = {distance.absolute(), distance.relative(), distance.ulps()};
        String[] names = {"absolute", "relative", "ulp"};
        for (int i = 0; i < numbers.length; i++) {
            page.add("<td" + mark + " data-name=\"%s\">%s</td>", of + ", " + names[i],
                    numbers[i] == 0 ? "0" : String.format(Locale.ROOT, "%.2g", numbers[i]));
        }
    }
}
