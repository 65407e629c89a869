package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/**
 * Numbers from 0 to 1 as shades: a row for each of one sequence, a column for each of another.
 *
 * @param up what a row is
 * @param across what a column is
 * @param rows names from top to bottom
 * @param columns names from left to right
 * @param values (rows, columns)
 */
public record HeatMap(String up, String across, List<String> rows, List<String> columns, float[] values)
        implements Figure {

    private static final int CELL = 22;
    private static final int LEFT = 50;
    private static final int TOP = 44;

    @Override
    public void draw(Svg page, String title) {
        int width = LEFT + CELL * columns.size() + 4;
        int height = TOP + CELL * rows.size() + 40; // the shades are below
        page.add("<svg class=\"heat\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", width, height, title);
        for (int column = 0; column < columns.size(); column++) {
            page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", LEFT + CELL * column + CELL / 2,
                    TOP - 7, columns.get(column));
        }
        for (int row = 0; row < rows.size(); row++) {
            page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 7, TOP + CELL * row + 15,
                    rows.get(row));
            for (int column = 0; column < columns.size(); column++) {
                float value = values[row * columns.size() + column];
                page.add("<rect class=\"cell\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill-opacity=\"%.3f\">"
                        + "<title>%s → %s: %.3f</title></rect>", LEFT + CELL * column, TOP + CELL * row, CELL - 1,
                        CELL - 1, Math.min(1, value), rows.get(row), columns.get(column), value);
            }
        }
        page.add("<text class=\"name\" x=\"%d\" y=\"14\" text-anchor=\"middle\">%s</text>",
                LEFT + CELL * columns.size() / 2, across);
        page.add("<text class=\"name\" transform=\"translate(13 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                TOP + CELL * rows.size() / 2, up);
        shades(page, TOP + CELL * rows.size() + 12);
        page.add("</svg>");
    }

    /** What shade is what weight. */
    private static void shades(Svg page, int y) {
        page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">weight</text>", LEFT - 5, y + 10);
        for (int i = 0; i <= 4; i++) {
            page.add("<rect class=\"cell\" x=\"%d\" y=\"%d\" width=\"40\" height=\"9\" fill-opacity=\"%.2f\"/>",
                    LEFT + 41 * i, y, i / 4.0);
            page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", LEFT + 41 * i + 20, y + 23,
                    Axis.number(i / 4.0));
        }
    }
}
