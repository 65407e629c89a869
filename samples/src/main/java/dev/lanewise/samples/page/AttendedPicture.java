package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A square picture once for each word that is written of it, dark where that word does not look.
 *
 * @param name of the picture, its own on the page
 * @param pixels (side, side, 3): red, green, blue from 0 to 1
 * @param words that are written
 * @param weights (words, cells, cells) of a square map over the picture
 * @param cells of a side of the map
 */
public record AttendedPicture(String name, float[] pixels, List<String> words, float[] weights, int cells)
        implements Drawing {

    private static final double DARKEST = 0.82;
    private static final int ACROSS = 5;
    /** From one picture to the next where all are one drawing. */
    private static final int APART = 84;
    private static final int LARGE = 78;
    private static final int EDGE = 12;

    /** With weights as a model gives them: {@code [1, words or more, cells · cells]}. */
    public AttendedPicture(String name, float[] pixels, List<String> words, Tensor weights) {
        this(name, pixels, words,
                Arrays.copyOfRange(weights.floats(), weights.offset(), weights.offset() + weights.size()),
                (int) Math.round(Math.sqrt(weights.extent(2))));
    }

    private int side() {
        return (int) Math.round(Math.sqrt(pixels.length / 3.0));
    }

    @Override
    public void draw(Svg page, String title) {
        page.add("<div class=\"looks\">");
        for (int word = -1; word < words.size(); word++) {
            page.add("<div><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", side(), side(),
                    word < 0 ? title : "where it looks for '" + words.get(word) + "'");
            look(page, word);
            page.add("</svg>%s</div>", label(word));
        }
        page.add("</div>");
    }

    @Override
    public int width() {
        return 2 * EDGE + ACROSS * APART - (APART - LARGE);
    }

    @Override
    public int height() {
        return (words.size() / ACROSS + 1) * (APART + 18);
    }

    @Override
    public void plot(Svg page) {
        for (int i = 0; i <= words.size(); i++) {
            int x = EDGE + i % ACROSS * APART;
            int y = i / ACROSS * (APART + 18);
            page.add("<g transform=\"translate(%d %d) scale(%.3f)\">", x, y, (double) LARGE / side());
            look(page, i - 1);
            page.add("</g><text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", x + LARGE / 2, y + LARGE + 14,
                    label(i - 1));
        }
    }

    private String label(int word) {
        return word < 0 ? "picture" : words.get(word);
    }

    /** The picture as it is (word -1), or dark where a word does not look. */
    private void look(Svg page, int word) {
        if (word < 0) {
            page.add("<image id=\"%s\" width=\"%d\" height=\"%d\" href=\"%s\"/>", name, side(), side(),
                    Png.dataUri(side(), side(), this::colour));
            return;
        }
        int from = word * cells * cells;
        float largest = 0;
        for (int cell = 0; cell < cells * cells; cell++) {
            largest = Math.max(largest, weights[from + cell]);
        }
        float most = largest;
        page.add("<use href=\"#%s\"/>", name);
        page.add("<image width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" href=\"%s\"/>", side(), side(),
                Png.dataUri(cells, cells, i -> shade(weights[from + i] / most)));
    }

    private int colour(int i) {
        int argb = 0xff;
        for (int c = 0; c < 3; c++) {
            argb = argb << 8 | Math.round(255 * Math.max(0, Math.min(1, pixels[3 * i + c])));
        }
        return argb;
    }

    private static int shade(float share) {
        return (int) Math.round(255 * DARKEST * (1 - share)) << 24;
    }
}
