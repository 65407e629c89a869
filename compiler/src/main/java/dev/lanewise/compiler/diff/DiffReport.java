package dev.lanewise.compiler.diff;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/** Differences as text, JSON, or a page with a table. */
public final class DiffReport {

    private DiffReport() {}

    /** One row for people. */
    public static String line(NodeDifference row) {
        return String.format(Locale.ROOT, "%-40s %-16s %-24s abs %9.3g  rel %9.3g  ulp %9.3g",
                row.node(), row.operation(), row.type(), row.absolute(), row.relative(), row.ulps());
    }

    /** The rows, the first that parts, or that none does. */
    public static void print(List<NodeDifference> rows, double tolerance, boolean all, PrintWriter out) {
        for (NodeDifference row : rows) {
            if (all) {
                out.println((row.parts(tolerance) ? "* " : "  ") + line(row));
            }
        }
        NodeDifference first = first(rows, tolerance);
        out.println(first == null
                ? rows.size() + " values agree within " + tolerance
                : "first to part: " + line(first));
    }

    /** The first row above the tolerance, or {@code null}. */
    public static NodeDifference first(List<NodeDifference> rows, double tolerance) {
        return rows.stream().filter(row -> row.parts(tolerance)).findFirst().orElse(null);
    }

    /** Writes one object and leaves the writer open. Differences that are infinite are texts. */
    public static void writeJson(List<NodeDifference> rows, double tolerance, long seed, Writer out)
            throws IOException {
        NodeDifference first = first(rows, tolerance);
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("tolerance", tolerance);
            json.writeNumberField("seed", seed);
            json.writeStringField("firstToPart", first == null ? null : first.node());
            json.writeArrayFieldStart("values");
            for (NodeDifference row : rows) {
                json.writeStartObject();
                json.writeStringField("node", row.node());
                json.writeStringField("operation", row.operation());
                json.writeStringField("type", row.type());
                json.writeNumberField("absolute", row.absolute());
                json.writeNumberField("relative", row.relative());
                json.writeNumberField("ulps", row.ulps());
                json.writeBooleanField("parts", row.parts(tolerance));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write(System.lineSeparator());
    }

    /** A page that needs nothing else; names come from the model, so all are escaped. */
    public static String html(List<NodeDifference> rows, double tolerance) {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
                + "<title>Differences – Lanewise</title><style>body{font-family:sans-serif}td,th{padding:.2em .8em;"
                + "text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}tr.parts{background:#fdd}"
                + "</style></head><body><h1>The compiled plan against double precision</h1><table><thead><tr><th>node"
                + "</th><th>operation</th><th>type</th><th>absolute</th><th>relative</th><th>ulp</th></tr></thead>\n");
        for (NodeDifference row : rows) {
            page.append(row.parts(tolerance) ? "<tr class=\"parts\">" : "<tr>");
            for (String text : List.of(row.node(), row.operation(), row.type())) {
                page.append("<td>").append(escape(text)).append("</td>");
            }
            for (double number : new double[] {row.absolute(), row.relative(), row.ulps()}) {
                page.append("<td class=\"n\">").append(String.format(Locale.ROOT, "%.3g", number)).append("</td>");
            }
            page.append("</tr>\n");
        }
        return page.append("</table></body></html>\n").toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
