package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.Locale;

/**
 * Values over time and bands as shades, the lowest band at the bottom.
 *
 * @param seconds from a frame to the next
 * @param bands values of a frame
 * @param values (frames, bands)
 */
public record Spectrogram(double seconds, int bands, float[] values) implements Drawing {

    private static final int HEIGHT = 240;
    private static final int LEFT = 50;
    private static final int BOTTOM = 46;
    private static final int SHADES = 12;

    @Override
    public int height() {
        return HEIGHT;
    }

    @Override
    public void plot(Svg page) {
        int frames = values.length / bands;
        double wide = (double) (USUAL_WIDTH - LEFT - 10) / frames;
        double high = (double) (HEIGHT - BOTTOM - 8) / bands;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        StringBuilder[] paths = new StringBuilder[SHADES + 1];
        for (int i = 0; i < values.length; i++) {
            int shade = Math.round((values[i] - least) / Math.max(1e-9f, most - least) * SHADES);
            paths[shade] = paths[shade] == null ? new StringBuilder() : paths[shade];
            paths[shade].append(String.format(Locale.ROOT, "M%.1f %.1fh%.1fv%.1fh-%.1fz", LEFT + i / bands * wide,
                    HEIGHT - BOTTOM - (i % bands + 1) * high, wide, high, wide));
        }
        for (int shade = 1; shade <= SHADES; shade++) {
            if (paths[shade] != null) {
                page.add("<path class=\"shade\" fill-opacity=\"%.2f\" d=\"%s\"/>", (double) shade / SHADES,
                        paths[shade]);
            }
        }
        Axis time = Axis.linear("time", "seconds");
        for (double tick : time.ticks(0, frames * seconds)) {
            page.add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", LEFT + tick / seconds * wide,
                    HEIGHT - BOTTOM + 17, Axis.number(tick));
        }
        page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">1</text>", LEFT - 6, HEIGHT - BOTTOM);
        page.add("<text x=\"%d\" y=\"18\" text-anchor=\"end\">%d</text>", LEFT - 6, bands);
        page.add("<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", (LEFT + USUAL_WIDTH) / 2,
                HEIGHT - 8, time.label());
        page.add("<text class=\"name\" transform=\"translate(13 %d) rotate(-90)\" text-anchor=\"middle\">"
                + "mel band (number)</text>", (HEIGHT - BOTTOM) / 2);
    }
}
