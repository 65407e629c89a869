package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;

/** A text as it is, line by line. */
public record Verbatim(String text) implements Figure {

    @Override
    public void draw(Svg page, String title) {
        page.add("<pre>%s</pre>", text);
    }
}
