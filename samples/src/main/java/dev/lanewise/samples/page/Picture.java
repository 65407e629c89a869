package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/** A drawing as an SVG file of its own, for documents: caption, key, plot and source. */
final class Picture {

    private static final int EDGE = 12;
    private static final int LINE = 19;
    private static final int ACROSS = 2;
    /** Letters of the source in a line. */
    private static final int LETTERS = 68;

    private Picture() {}

    static String of(String caption, Drawing plot, String source, String style) {
        int key = EDGE + 2 * LINE;
        List<LinePlot.Entry> entries = plot.key();
        int top = key + LINE * ((entries.size() + ACROSS - 1) / ACROSS);
        int below = top + plot.height();
        String[] lines = source.replaceAll("(.{1," + LETTERS + "})(\\s+|$)", "$1\n").split("\n");
        Svg picture = new Svg();
        picture.add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                plot.width(), below + LINE * lines.length + EDGE, caption);
        picture.add("<style>").add(style).add("</style><rect class=\"card\" width=\"100%\" height=\"100%\"/>");
        picture.add("<text class=\"name caption\" x=\"%d\" y=\"%d\">%s</text>", EDGE, EDGE + LINE, caption);
        for (int i = 0; i < entries.size(); i++) {
            int x = EDGE + i % ACROSS * (plot.width() / ACROSS);
            int y = key + LINE * (i / ACROSS) + LINE / 2;
            picture.add("<path class=\"line %s\" d=\"M%d %dh18\"/>", entries.get(i).style(), x, y - 4);
            picture.add("<text x=\"%d\" y=\"%d\">%s</text>", x + 25, y, entries.get(i).name());
        }
        picture.add("<g transform=\"translate(0 %d)\">", top);
        plot.plot(picture);
        picture.add("</g>");
        for (int i = 0; i < lines.length; i++) {
            picture.add("<text class=\"source\" x=\"%d\" y=\"%d\">%s</text>", EDGE, below + LINE * (i + 1) - 4,
                    lines[i]);
        }
        return picture.add("</svg>").toString();
    }
}
