package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Rows of text and numbers under headings; the first column is what a row is about. */
public final class Table implements Figure {

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** With headings that are computed, after that of the first column. */
    public Table(Stream<String> headings, String first) {
        this.headings = Stream.concat(Stream.of(first), headings).toList();
    }

    public Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** A row of cells that are computed. */
    public Table row(Stream<String> cells, String about) {
        rows.add(Stream.concat(Stream.of(about), cells).toList());
        return this;
    }

    /** A number as text, by a format such as {@code %.1f} or {@code %,d}. */
    public static String number(String format, Number value) {
        return String.format(Locale.ROOT, format, value);
    }

    @Override
    public void draw(Svg page, String title) {
        page.add("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        headings.forEach(heading -> page.add("<th scope=\"col\">%s</th>", heading));
        page.add("</tr></thead><tbody>");
        for (List<String> row : rows) {
            page.add("<tr>");
            row.forEach(cell -> page.add("<td>%s</td>", cell));
            page.add("</tr>");
        }
        page.add("</tbody></table></div>");
    }
}
