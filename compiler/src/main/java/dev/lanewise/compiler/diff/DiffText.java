package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.inspect.TextReport;
import java.io.PrintWriter;
import java.util.Locale;

/** Differences as lines of text. */
public final class DiffText {

    private DiffText() {}

    /** One row for people. */
    static String line(NodeDifference row, String peer) {
        String line = String.format(Locale.ROOT, "%-40s %-16s %-24s %s",
                TextReport.plain(row.node()), row.operation(), row.type(),
                distance(row.plan()));
        return row.peer() == null ? line : line + "  " + peer + " " + distance(row.peer());
    }

    private static String distance(Distance distance) {
        return String.format(Locale.ROOT, "abs %9.3g  rel %9.3g  ulp %9.3g",
                distance.absolute(), distance.relative(), distance.ulps());
    }

    /** The rows if all are wanted, the first that parts, or that none does. */
    public static void print(DiffResult result, boolean all, PrintWriter out) {
        if (all) {
            result.rows().forEach(
                    row -> out.println((result.parts(row) ? "* " : "  ") + line(row, result.peer())));
        }
        out.println(TextReport.plain(result.summary()));
        if (result.first() != null) {
            out.println("  " + line(result.first(), result.peer()));
        }
    }
}
