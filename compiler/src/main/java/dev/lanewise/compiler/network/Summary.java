package dev.lanewise.compiler.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The layers of a network as a table of at most 80 columns. */
final class Summary {

    private static final String ROW = "%-24s %-23s %-20s %10s%n";
    private static final String LINE = "-".repeat(80) + System.lineSeparator();

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

    private static long count(Map<String, Weights.Weight> weights, String prefix, boolean trained) {
        return weights.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && entry.getValue().trained() == trained)
                .mapToLong(entry -> entry.getValue().value().constant().size())
                .sum();
    }

    /**
     * The table.
     *
     * @param most layers inside layers are listed up to this depth; 0 for the outermost alone
     */
    String text(Map<String, Weights.Weight> weights, int most) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, ROW, "layer", "kind", "output", "weights"));
        text.append(LINE);
        for (Row row : rows) {
            if (row.depth <= most) {
                long own = row.path.isEmpty() ? 0 : count(weights, row.path + ".", true);
                String count = own == 0 ? "" : String.format(Locale.ROOT, "%,d", own);
                text.append(String.format(
                        Locale.ROOT, ROW, cut("  ".repeat(row.depth) + row.name, 24), cut(row.kind, 23),
                        cut(row.shape, 20), count));
            }
        }
        text.append(LINE);
        text.append(String.format(
                Locale.ROOT, "%,d weights are trained, %,d are fixed%n", count(weights, "", true),
                count(weights, "", false)));
        return text.toString();
    }

    /** At most so many characters; the end, which tells layers apart, stays. */
    private static String cut(String text, int width) {
        return text.length() <= width ? text : "…" + text.substring(text.length() - width + 1);
    }
}
