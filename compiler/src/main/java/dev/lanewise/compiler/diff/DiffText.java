package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.inspect.TextReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Differences as lines of text. */
public final class DiffText {

    /** Longer names push their line to the right, not all lines. */
    private static final int MOST_COLUMNS = 40;

    private DiffText() {}

    /**
     * One row for people.
     *
     * @param widths of the first three columns
     */
    private static String line(NodeDifference row, String peer, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(String.format(Locale.ROOT, "%-" + (widths[i] + 2) + "s", columns(row)[i]));
        }
        line.append(distance(row.plan()));
        return row.peer() == null ? line.toString() : line + "  " + peer + " " + distance(row.peer());
    }

    private static String[] columns(NodeDifference row) {
        return new String[] {TextReport.plain(row.node()), row.operation(), row.type()};
    }

    /** Each column is as wide as the widest of its texts. */
    private static int[] widths(List<NodeDifference> rows) {
        int[] widths = new int[3];
        for (NodeDifference row : rows) {
            String[] columns = columns(row);
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.min(MOST_COLUMNS, Math.max(widths[i], columns[i].length()));
            }
        }
        return widths;
    }

    private static String distance(Distance distance) {
        return String.format(Locale.ROOT, "abs %9.3g  rel %9.3g  ulp %9.3g",
                distance.absolute(), distance.relative(), distance.ulps());
    }

    /** The rows if all are wanted, the first that parts, or that none does. */
    public static void print(DiffResult result, boolean all, PrintWriter out) {
        if (all) {
            int[] widths = widths(result.rows());
            result.rows().forEach(row -> out.println(
                    (result.parts(row) ? "* " : "  ") + line(row, result.peer(), widths)));
        }
        out.println(TextReport.plain(result.summary()));
        if (result.first() != null) {
            out.println("  " + line(result.first(), result.peer(), widths(List.of(result.first()))));
        }
    }
}
