package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.ArrayList;
import java.util.List;

/** Rows of text and numbers under headings; the first column is what a row is about. */
public final class Table implements Figure {

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    public Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
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
