package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/** A drawing as an SVG file of its own, for documents: caption, key, plot and source. */
final class Picture {

    private static final int EDGE = 12;
    private static final int LINE = 19;
    /** Names of up to so many letters have room beside each other in the key. */
    private static final int SHORT = 26;
    /** Of a letter of the source, and of one of the caption. */
    private static final double SMALL_LETTER = 6.2;
    private static final double LETTER = 8.2;

    private Picture() {}

    static String of(String caption, Drawing plot, String source, String style) {
        int width = Math.max(Drawing.USUAL_WIDTH, plot.width());
        String[] heading = lines(caption, (int) ((width - 2 * EDGE) / LETTER));
        int key = EDGE + LINE * (heading.length + 1);
        List<LinePlot.Entry> entries = plot.key();
        int across = entries.stream().allMatch(entry -> entry.name().length() <= SHORT) ? 2 : 1;
        int top = key + LINE * ((entries.size() + across - 1) / across);
        int below = top + plot.height();
        String[] lines = lines(source, (int) ((width - 2 * EDGE) / SMALL_LETTER));
        Svg picture = new Svg();
        picture.add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                width, below + LINE * lines.length + EDGE, caption);
        picture.add("<style>").add(style).add("</style><rect class=\"card\" width=\"100%\" height=\"100%\"/>");
        for (int i = 0; i < heading.length; i++) {
            picture.add("<text class=\"name caption\" x=\"%d\" y=\"%d\">%s</text>", EDGE, EDGE + LINE * (i + 1),
                    heading[i]);
        }
        for (int i = 0; i < entries.size(); i++) {
            int x = EDGE + i % across * (width / across);
            int y = key + LINE * (i / across) + LINE / 2;
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

    /** A text in lines of up to so many letters. */
    private static String[] lines(String text, int letters) {
        return text.replaceAll("(.{1," + letters + "})(\\s+|$)", "$1\n").split("\n");
    }
}
