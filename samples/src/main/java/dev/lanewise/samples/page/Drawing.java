package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/** A figure that is one drawing, so that it can stand in a file of its own. */
interface Drawing extends Figure {

    int USUAL_WIDTH = 440;

    default int width() {
        return USUAL_WIDTH;
    }

    int height();

    /** What its colours are; none where it has none. */
    default List<LinePlot.Entry> key() {
        return List.of();
    }

    /** The drawing alone, from the origin. */
    void plot(Svg page);

    @Override
    default void draw(Svg page, String title) {
        if (!key().isEmpty()) {
            page.add("<p class=\"key\">");
            key().forEach(entry -> page.add("<span class=\"%s\">%s</span>", entry.style(), entry.name()));
            page.add("</p>");
        }
        page.add("<svg style=\"max-width:%dpx\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                width(), width(), height(), title);
        plot(page);
        page.add("</svg>");
    }
}
