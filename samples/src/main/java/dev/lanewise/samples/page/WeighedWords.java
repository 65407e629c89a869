package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.ArrayList;
import java.util.List;

/** Sentences whose words are shaded by how far their weights, of sum 1, are above an even share. */
public final class WeighedWords implements Figure {

    private record Sentence(String said, List<String> words, float[] weights) {}

    private final List<Sentence> sentences = new ArrayList<>();

    /** @param weights one for each word */
    public WeighedWords sentence(String said, List<String> words, float[] weights) {
        sentences.add(new Sentence(said, words, weights));
        return this;
    }

    @Override
    public void draw(Svg page, String title) {
        page.add("<ul>");
        for (Sentence sentence : sentences) {
            float even = 1f / sentence.words.size();
            float most = even;
            for (float weight : sentence.weights) {
                most = Math.max(most, weight);
            }
            page.add("<li><span class=\"said\">%s</span>", sentence.said);
            for (int i = 0; i < sentence.words.size(); i++) {
                float above = Math.max(0, sentence.weights[i] - even) / (most - even + Float.MIN_NORMAL);
                page.add("<span class=\"word\" style=\"--w:%.0f%%\" title=\"weight %.3f\">%s</span>", 100 * above,
                        sentence.weights[i], sentence.words.get(i));
            }
            page.add("</li>");
        }
        page.add("</ul><p class=\"key\">shade: weight, none for an even share or less, darkest for the word that weighs"
                + " most</p>");
    }
}
