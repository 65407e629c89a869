package dev.lanewise.compiler.inspect;

import dev.lanewise.formats.DType;
import java.util.List;

/**
 * The arena over time: a column for each step, bytes upwards, a block for each tensor from its first
 * use to its last. One picture for each element storage in use.
 */
final class ArenaPicture {

    private static final double WIDTH = 900;
    private static final double HEIGHT = 300;
    private static final double LEFT = 64;
    private static final double TOP = 12;
    private static final double BOTTOM = 26;
    private static final int COLOURS = 8;
    private static final int MOST_SPANS = 20_000;

    private ArenaPicture() {}

    static Svg of(ModelFacts facts) {
        Svg svg = new Svg();
        if (facts.spans().size() > MOST_SPANS) {
            return svg.add("<p>%d tensors are too many for a picture.</p>", facts.spans().size());
        }
        for (DType.Storage storage : DType.Storage.values()) {
            List<ArenaSpan> spans =
                    facts.spans().stream().filter(span -> span.storage() == storage && span.bytes() > 0).toList();
            if (!spans.isEmpty()) {
                draw(svg, storage, spans, facts.steps().size());
            }
        }
        return svg;
    }

    private static void draw(Svg svg, DType.Storage storage, List<ArenaSpan> spans, int steps) {
        long top = spans.stream().mapToLong(span -> span.from() + span.bytes()).max().orElse(1);
        double perByte = HEIGHT / top;
        double perStep = WIDTH / Math.max(1, steps);
        svg.add("<figure><figcaption>%s, %s</figcaption>",
                "Array of " + storage.name().toLowerCase(java.util.Locale.ROOT),
                Sizes.bytes(top));
        svg.add("<svg class=\"arena\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Memory over time\">",
                LEFT + WIDTH + 8, TOP + HEIGHT + BOTTOM);
        svg.add("<rect class=\"field\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>", LEFT, TOP, WIDTH,
                HEIGHT);
        for (int line = 0; line <= 4; line++) {
            double y = TOP + HEIGHT - HEIGHT * line / 4;
            svg.add("<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, LEFT + WIDTH, y, y);
            svg.add("<text class=\"axis\" text-anchor=\"end\" x=\"%.0f\" y=\"%.1f\">%s</text>", LEFT - 6, y + 4,
                    Sizes.bytes(top * line / 4));
        }
        for (ArenaSpan span : spans) {
            double height = Math.max(1, span.bytes() * perByte);
            svg.add("<rect class=\"c%d\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>%s</title></rect>",
                    Math.floorMod(span.tensor() * 5, COLOURS), LEFT + span.first() * perStep,
                    TOP + HEIGHT - span.from() * perByte - height,
                    Math.max(1, (span.last() - span.first() + 1) * perStep), height,
                    span.name() + "\n" + Sizes.bytes(span.bytes()) + " at " + span.from() + "\nsteps " + span.first()
                            + " to " + span.last());
        }
        for (int mark = 0; mark <= 4; mark++) {
            int step = (int) Math.round((steps - 1) * mark / 4.0);
            svg.add("<text class=\"axis\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%d</text>",
                    LEFT + (step + 0.5) * perStep, TOP + HEIGHT + 18, step);
        }
        svg.add("</svg></figure>");
    }
}
