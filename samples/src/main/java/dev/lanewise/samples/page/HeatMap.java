package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers from 0 to 1 as shades: a row for each of one sequence, a column for each of another.
 *
 * @param up what a row is
 * @param across what a column is
 * @param rows names from top to bottom
 * @param columns names from left to right
 * @param shade what a number is
 * @param values (rows, columns)
 */
public record HeatMap(String up, String across, List<String> rows, List<String> columns, String shade,
        float[] values)
        implements Drawing {

    private static final int CELL = 22;
    /** Room for a letter of a name, and for what is beside it. */
    private static final int LETTER = 9;
    private static final int BESIDE = 32;
    /** From one of the shades in the key to the next. */
    private static final int SHADE = 41;
    /** Columns with longer names have them upright. */
    private static final int ACROSS = 2;

    /**
     * What one head of self-attention weighs.
     *
     * @param weights {@code [1, heads, steps, steps]}
     * @param names of the steps
     */
    public static HeatMap ofHead(Tensor weights, int head, List<String> names) {
        int n = names.size();
        int from = weights.offset() + head * n * n;
        return new HeatMap("a step (symbol)", "attends to (symbol)", names, names, "weight",
                Arrays.copyOfRange(weights.floats(), from, from + n * n));
    }

    private int left() {
        return Math.max(BESIDE + LETTER * longest(rows), 2 * LETTER + LETTER * shade.length());
    }

    private int top() {
        return BESIDE + (isUpright() ? LETTER * longest(columns) : 12);
    }

    /** Whether the names of columns are. */
    private boolean isUpright() {
        return longest(columns) > ACROSS;
    }

    @Override
    public int width() {
        return Math.max(left() + CELL * columns.size() + 4, left() + SHADE * 5);
    }

    @Override
    public int height() {
        return top() + CELL * rows.size() + 40; // the shades are below
    }

    @Override
    public void plot(Svg page) {
        int left = left();
        int top = top();
        boolean upright = isUpright();
        for (int column = 0; column < columns.size(); column++) {
            page.add("<text transform=\"translate(%d %d) rotate(%d)\" text-anchor=\"%s\">%s</text>",
                    left + CELL * column + (upright ? 15 : CELL / 2), top - 7, upright ? -90 : 0,
                    upright ? "start" : "middle", columns.get(column));
        }
        for (int row = 0; row < rows.size(); row++) {
            page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 7, top + CELL * row + 15,
                    rows.get(row));
            for (int column = 0; column < columns.size(); column++) {
                float value = values[row * columns.size() + column];
                page.add("<rect class=\"cell\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill-opacity=\"%.3f\">"
                        + "<title>%s → %s: %.3f</title></rect>", left + CELL * column, top + CELL * row, CELL - 1,
                        CELL - 1, Math.min(1, value), rows.get(row), columns.get(column), value);
            }
        }
        page.add("<text class=\"name\" x=\"%d\" y=\"14\" text-anchor=\"middle\">%s</text>",
                left + CELL * columns.size() / 2, across);
        page.add("<text class=\"name\" transform=\"translate(13 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                top + CELL * rows.size() / 2, up);
        shades(page, left, top + CELL * rows.size() + 12);
    }

    private static int longest(List<String> names) {
        return names.stream().mapToInt(String::length).max().orElse(0);
    }

    /** What shade is what number. */
    private void shades(Svg page, int left, int y) {
        page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 5, y + 10, shade);
        for (int i = 0; i <= 4; i++) {
            page.add("<rect class=\"cell\" x=\"%d\" y=\"%d\" width=\"40\" height=\"9\" fill-opacity=\"%.2f\"/>",
                    left + SHADE * i, y, i / 4.0);
            page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", left + SHADE * i + 20, y + 23,
                    Axis.number(i / 4.0));
        }
    }
}
