package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;

/**
 * What queries see of the past, and with which bias: the same for each query, by distance. Immutable.
 *
 * @param heads 1 where all share the bias
 * @param bias [heads][distance], distance 0 being the query's own key
 */
record AttentionBand(int heads, float[][] bias) {

    /** What is at most this is as good as −∞: exporters write the least float, or a large negative number. */
    private static final float HIDDEN = -1e4f;

    /** Masks are computed for sequences of this length to see what they do. */
    private static final long LENGTH = 512;

    /** Keys that a query sees, its own among them. */
    int width() {
        return bias[0].length;
    }

    /** Whether no key that is seen has a bias. */
    boolean isPlain() {
        for (float[] row : bias) {
            for (float value : row) {
                if (value != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** [heads, width], the key furthest back first. */
    Literal table() {
        float[] table = new float[heads * width()];
        for (int h = 0; h < heads; h++) {
            for (int d = 0; d < width(); d++) {
                table[h * width() + width() - 1 - d] = bias[h][d];
            }
        }
        return Literal.of(table, heads, width());
    }

    /**
     * Finds the band in a mask, by computing it for a long sequence.
     *
     * @param mask bias of the attention, {@code null} for none
     */
    static AttentionBand of(Site site, boolean causal, Flow mask) {
        int window = site.graph().window();
        if (mask == null) {
            if (!causal) {
                throw site.unbounded("each frame attends to all others");
            }
            return new AttentionBand(1, new float[1][required(site, window)]);
        }
        Value bias = site.node().input(3);
        if (mask.kind() != Flow.Kind.WHOLE || !bias.dim(0).is(1)) {
            throw site.refuse("its mask does not follow from places in the sequence alone");
        }
        Literal values = site.graph().evaluate(bias, (int) Math.min(LENGTH, site.graph().longest()));
        int heads = values.extent(1);
        int rows = values.extent(2);
        int length = values.extent(3); // less than the input's where layers before took every n-th frame
        if (rows != 1 && rows != length) {
            throw site.refuse("its mask has " + rows + " queries for " + length + " keys");
        }
        int width = 0;
        for (int t = 0; t < length; t++) {
            for (int s = 0; s < length; s++) {
                for (int h = 0; h < heads; h++) {
                    float here = at(values, h, rows == 1 ? 0 : t, s);
                    // along a diagonal from the first row or column
                    int shift = Math.min(t, s);
                    if (rows == 1 || here != at(values, h, t - shift, s - shift)) {
                        throw site.refuse("its mask is not the same for each frame");
                    }
                    if (here > HIDDEN && s > t && !causal) {
                        throw site.unbounded("its mask lets frame " + t + " attend to frame " + s);
                    }
                    width = here > HIDDEN && s <= t ? Math.max(width, t - s + 1) : width;
                }
            }
        }
        if (width == 0) {
            throw site.refuse("its mask hides all keys");
        }
        int kept = window > 0 ? Math.min(window, width) : width == length ? required(site, 0) : width;
        float[][] band = new float[heads][kept];
        for (int h = 0; h < heads; h++) {
            for (int d = 0; d < kept; d++) {
                float here = at(values, h, d, 0);
                band[h][d] = here > HIDDEN ? here : Float.NEGATIVE_INFINITY;
            }
        }
        return new AttentionBand(heads, band);
    }

    private static int required(Site site, int window) {
        if (window <= 0) {
            throw site.refuse("each frame attends to all of the past; bound it with --window N");
        }
        return window;
    }

    /** Element [0, h, t, s]. */
    private static float at(Literal mask, int h, int t, int s) {
        return (float) mask.doubleAt((h * mask.extent(2) + t) * mask.extent(3) + s);
    }
}
