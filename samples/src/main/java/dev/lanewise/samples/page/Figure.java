package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;

/** What a page can show besides text. */
public interface Figure {

    /** @param title for those who hear the page */
    void draw(Svg page, String title);
}
