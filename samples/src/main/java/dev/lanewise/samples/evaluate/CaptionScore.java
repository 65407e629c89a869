package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.data.CaptionWords;
import dev.lanewise.samples.data.Scene;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Table;
import java.util.List;

/** How captions compare with what is to be said of the pictures, and whether a decoder looks at what it names. */
public final class CaptionScore {

    private int pictures;
    private int exact;
    private int things;
    private int named;
    private int looks;
    private int rightLooks;

    /** Takes in a caption. */
    public void add(Scene scene, List<String> written) {
        pictures++;
        exact += written.equals(scene.caption()) ? 1 : 0;
        things += scene.things().size();
        named += (int) scene.things().stream().filter(thing -> written.contains(thing.name())).count();
    }

    /**
     * Takes in a caption, and where a decoder looked for each name: at that thing, or elsewhere. What is named and not
     * in the picture counts as elsewhere.
     *
     * @param weights {@code [1, words or more, places]} of a square map; of one place, nothing is taken in
     */
    public void add(Scene scene, List<String> written, Tensor weights) {
        add(scene, written);
        int places = weights.extent(2);
        int cells = (int) Math.sqrt(places);
        double cell = (double) Scene.SIZE / cells;
        for (int word = 0; places > 1 && word < written.size(); word++) {
            String name = written.get(word);
            if (CaptionWords.isName(name)) {
                int peak = peak(weights, word * places, places);
                double x = (peak % cells + 0.5) * cell;
                double y = (peak / cells + 0.5) * cell;
                looks++;
                rightLooks += scene.things().stream().anyMatch(thing -> thing.name().equals(name) && thing.covers(x, y))
                        ? 1
                        : 0;
            }
        }
    }

    private static int peak(Tensor weights, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = weights.get(from + i) > weights.get(from + best) ? i : best;
        }
        return best;
    }

    /** As a row of a table. */
    public void addTo(Table table, String by) {
        table.row(by, Axis.percent(exact()), Axis.percent(named()), looks == 0 ? "" : Axis.percent(looked()));
    }

    /** The share of pictures whose caption is right to the last word. */
    public double exact() {
        return (double) exact / pictures;
    }

    /** The share of things in the pictures whose name occurs in the caption. */
    public double named() {
        return (double) named / things;
    }

    /**
     * Of the names of which it is known where the decoder looked, the share for which the middle of the place with the
     * largest weight lies on the thing named.
     */
    public double looked() {
        return (double) rightLooks / looks;
    }
}
