package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The layers of a network as a table of at most 80 columns. */
final class Summary {

    private static final String ROW = "%-24s %-23s %-20s %10s";
    private static final String LINE = "-".repeat(80);

    /** A layer at its first use. */
    private static final class Row {
        private final String name;
        /** What its weights begin with; empty where it has no name. */
        private final String path;
        private final String kind;
        private final int depth;
        private String shape = "";

        Row(String name, String path, String kind, int depth) {
            this.name = name;
            this.path = path;
            this.kind = kind;
            this.depth = depth;
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private int depth;

    /** A row's number, -1 for a layer that has one already. */
    int begin(Scope scope, Layer layer) {
        depth++;
        if (scope.isAgain()) {
            return -1;
        }
        rows.add(new Row(layer.name(), layer.name().isEmpty() ? "" : scope.path(), layer.kind(), depth - 1));
        return rows.size() - 1;
    }

    void end(int at, Object result) {
        depth--;
        if (at >= 0) {
            Row row = rows.get(at);
            Tensor y = result instanceof Tensor tensor ? tensor : result instanceof HasOutput has ? has.output() : null;
            row.shape = y == null ? "" : y.shape().toString();
        }
    }

    private static long count(Map<String, Literal> weights, String prefix) {
        return weights.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToLong(entry -> entry.getValue().size())
                .sum();
    }

    /**
     * The table.
     *
     * @param most layers inside layers are listed up to this depth; 0 for the outermost alone
     */
    String text(Map<String, Literal> trained, Map<String, Literal> fixed, int most) {
        List<String> lines = new ArrayList<>();
        lines.add(line("layer", "kind", "output", "weights"));
        lines.add(LINE);
        for (Row row : rows) {
            if (row.depth <= most) {
                long own = row.path.isEmpty() ? 0 : count(trained, row.path + ".");
                String name = "  ".repeat(row.depth) + row.name;
                lines.add(line(cut(name, 24), cut(row.kind, 23), cut(row.shape, 20), own == 0 ? "" : grouped(own)));
            }
        }
        lines.add(LINE);
        lines.add(grouped(count(trained, "")) + " weights are trained, " + grouped(count(fixed, "")) + " are fixed");
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private static String line(String name, String kind, String shape, String weights) {
        return String.format(Locale.ROOT, ROW, name, kind, shape, weights).stripTrailing();
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** At most so many characters; the end, which tells layers apart, stays. */
    private static String cut(String text, int width) {
        return text.length() <= width ? text : "…" + text.substring(text.length() - width + 1);
    }
}
