package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a sample shows: sections of text and figures, then what was asked of it and found. One HTML file that loads
 * nothing. For one thread.
 */
public final class Page {

    private record Captioned(String caption, Drawing drawing) {}

    private final String title;
    private final String source;
    private final Svg body = new Svg();
    private final List<Check> checks = new ArrayList<>();
    private final List<Captioned> drawings = new ArrayList<>();
    private boolean open;

    /** @param source seed and data, which stand below every figure */
    public Page(String title, String source) {
        this.title = title;
        this.source = source;
    }

    /** Begins a section. */
    public Page section(String heading) {
        body.add((open ? "</div></section>" : "") + "<section><h2>" + Svg.escape(heading)
                + "</h2><div class=\"figures\">");
        open = true;
        return this;
    }

    public Page text(String text) {
        body.add("<p class=\"text\">%s</p>", text);
        return this;
    }

    /** A formula or a few lines of code. */
    public Page code(String text) {
        body.add("<pre>%s</pre>", text);
        return this;
    }

    public Page figure(String caption, Figure figure) {
        body.add("<figure class=\"%s\"><h3>%s</h3>", figure.getClass().getSimpleName().toLowerCase(), caption);
        figure.draw(body, caption);
        if (figure instanceof Drawing drawing) {
            drawings.add(new Captioned(caption, drawing));
        }
        body.add("<figcaption>%s</figcaption></figure>", source);
        return this;
    }

    /** What was asked and found. */
    public Page check(Check check) {
        checks.add(check);
        return this;
    }

    public List<Check> checks() {
        return List.copyOf(checks);
    }

    /** Writes the page, and the folder where there is none. */
    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, html());
    }

    /**
     * Writes each drawing as a picture of its own, named by its caption: {@code BEFORE-perplexity-by-epoch.svg}; where
     * some have one caption, the second is {@code BEFORE-perplexity-by-epoch-2.svg}.
     */
    public void writePictures(Path folder, String before) throws IOException {
        Map<String, Integer> names = new HashMap<>();
        for (Captioned figure : drawings) {
            String name = figure.caption.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("-$", "");
            int count = names.merge(name, 1, Integer::sum);
            Files.writeString(folder.resolve(before + "-" + name + (count == 1 ? "" : "-" + count) + ".svg"),
                    Picture.of(figure.caption, figure.drawing, source, style()));
        }
    }

    private String html() throws IOException {
        Svg page = new Svg();
        page.add("<!doctype html>").add("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.add("<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">");
        page.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.add("<title>%s</title><style>", title).add(style()).add("</style></head><body>");
        page.add("<header><h1>%s</h1><p>%s</p></header><main>", title, source);
        page.add("<section><h2>What was asked and found</h2><ul>");
        checks.forEach(check -> page.add("<li class=\"%s\">%s</li>", check.kept() ? "kept" : "missed", check));
        page.add("</ul></section>").add(body);
        return page.add((open ? "</div></section>" : "") + "</main></body></html>").toString();
    }

    private static String style() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IOException("page.css is missing from this build of Lanewise");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
