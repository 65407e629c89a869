package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
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
        implements Figure {

    private static final double DARKEST = 0.82;

    @Override
    public void draw(Svg page, String title) {
        int side = (int) Math.round(Math.sqrt(pixels.length / 3.0));
        page.add("<div class=\"looks\">");
        page.add("<div><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", side, side, title);
        page.add("<image id=\"%s\" width=\"%d\" height=\"%d\" href=\"%s\"/></svg>picture</div>", name, side, side,
                Png.dataUri(side, side, this::colour));
        for (int word = 0; word < words.size(); word++) {
            int from = word * cells * cells;
            float largest = 0;
            for (int cell = 0; cell < cells * cells; cell++) {
                largest = Math.max(largest, weights[from + cell]);
            }
            float most = largest;
            page.add("<div><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\"><use href=\"#%s\"/>", side, side,
                    "where it looks for '" + words.get(word) + "'", name);
            page.add("<image width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" href=\"%s\"/></svg>%s</div>", side,
                    side, Png.dataUri(cells, cells, i -> shade(weights[from + i] / most)), words.get(word));
        }
        page.add("</div>");
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
