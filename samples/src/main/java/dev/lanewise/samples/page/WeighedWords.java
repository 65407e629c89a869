package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Sentences whose words are shaded by how far their weights, of sum 1, are above an even share. */
public final class WeighedWords implements Drawing {

    private static final List<String> KEY = List.of(
            "shade: weight, none for an even share or less,", "darkest for the word that weighs most");
    private static final int EDGE = 12;
    private static final int LINE = 20;
    /** As a drawing it has so many sentences. */
    private static final int MOST = 6;

    private record Sentence(String said, List<String> words, float[] weights) {

        /** From 0 for an even share to 1 for the word that weighs most. */
        float shade(int word) {
            float even = 1f / words.size();
            float most = even;
            for (float weight : weights) {
                most = Math.max(most, weight);
            }
            return Math.max(0, weights[word] - even) / (most - even + Float.MIN_NORMAL);
        }
    }

    private final List<Sentence> sentences = new ArrayList<>();

    /** @param weights {@code [..., words]} of one example; the mean over all other axes counts */
    public WeighedWords sentence(String said, List<String> words, Tensor weights) {
        float[] mean = new float[words.size()];
        for (int i = 0; i < weights.size(); i++) {
            mean[i % mean.length] += weights.floats()[weights.offset() + i] * mean.length / weights.size();
        }
        sentences.add(new Sentence(said, words, mean));
        return this;
    }

    @Override
    public void draw(Svg page, String title) {
        page.add("<ul>");
        for (Sentence sentence : sentences) {
            page.add("<li><span class=\"said\">%s</span>", sentence.said);
            for (int i = 0; i < sentence.words.size(); i++) {
                page.add("<span class=\"word\" style=\"--w:%.0f%%\" title=\"weight %.3f\">%s</span>",
                        100 * sentence.shade(i), sentence.weights[i], sentence.words.get(i));
            }
            page.add("</li>");
        }
        page.add("</ul><p class=\"key\">%s</p>", String.join(" ", KEY));
    }

    @Override
    public int height() {
        return lay(new Svg());
    }

    @Override
    public void plot(Svg page) {
        lay(page);
    }

    /** Word after word in lines; gives the height. */
    private int lay(Svg page) {
        int y = LINE;
        for (Sentence sentence : sentences.subList(0, Math.min(MOST, sentences.size()))) {
            page.add("<text class=\"source\" x=\"%d\" y=\"%d\">%s</text>", EDGE, y, sentence.said);
            y += LINE;
            double x = EDGE;
            for (int i = 0; i < sentence.words.size(); i++) {
                String word = sentence.words.get(i);
                double wide = word.chars().mapToDouble(WeighedWords::width).sum() + 6;
                if (x + wide > USUAL_WIDTH - EDGE) {
                    x = EDGE;
                    y += LINE;
                }
                page.add("<rect class=\"shade\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"18\""
                        + " rx=\"4\"/>", 0.6 * sentence.shade(i), x, y - 14, wide);
                page.add("<text class=\"name\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x + wide / 2, y,
                        word);
                x += wide + 2;
            }
            y += LINE + 6;
        }
        for (String line : KEY) {
            page.add("<text class=\"source\" x=\"%d\" y=\"%d\">%s</text>", EDGE, y, line);
            y += LINE - 4;
        }
        return y;
    }

    /** About that of a letter in a font of 13 pixels. */
    private static double width(int letter) {
        return "ijlt'.,f:;!|()r".indexOf(letter) >= 0 ? 4.7 : "mwMW".indexOf(letter) >= 0 ? 11.5 : 8;
    }
}
