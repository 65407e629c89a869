package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.ArrayList;
import java.util.List;

/** Sentences whose words have a tag above, and where that is not the right one, the right one beside it. */
public final class TaggedWords implements Figure {

    private record Sentence(List<String> words, List<String> tags, List<String> right) {}

    private final List<Sentence> sentences = new ArrayList<>();

    /**
     * @param tags one for each word
     * @param right what they should be
     */
    public TaggedWords sentence(List<String> words, List<String> tags, List<String> right) {
        sentences.add(new Sentence(words, tags, right));
        return this;
    }

    @Override
    public void draw(Svg page, String title) {
        page.add("<ul>");
        for (Sentence sentence : sentences) {
            page.add("<li>");
            for (int i = 0; i < sentence.words.size(); i++) {
                String tag = sentence.tags.get(i);
                String right = sentence.right.get(i);
                boolean wrong = !tag.equals(right);
                page.add("<ruby class=\"%s\">%s<rt>%s</rt></ruby>", wrong ? "wrong" : "right",
                        sentence.words.get(i), wrong ? tag + ", not " + right : tag);
            }
            page.add("</li>");
        }
        page.add("</ul>");
    }
}
