package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.train.Bleu;
import dev.lanewise.samples.data.ParallelText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** BLEU of translations of a set of sentences: of all, and of those that are about as long as each other. Immutable. */
public final class TranslationScore {

    /** Sentences of up to so many words, and longer ones, are judged together. */
    private static final int[] WORDS = {8, 11, 14, 17};

    /**
     * Sentences that are about as long as each other.
     *
     * @param words such as {@code 9 to 11}
     * @param mean number of German words
     * @param which their places in the set
     */
    public record Alike(String words, double mean, int[] which) {}

    private final ParallelText text;

    public TranslationScore(ParallelText text) {
        this.text = text;
    }

    /** Of the whole set. */
    public double bleu(List<String> translations) {
        return bleu(translations, IntStream.range(0, text.size()).toArray());
    }

    /** Of some of its sentences. */
    public double bleu(List<String> translations, int... which) {
        Bleu bleu = new Bleu();
        for (int i : which) {
            bleu.add(translations.get(i), text.english().get(i));
        }
        return bleu.score();
    }

    /** All sentences, shorter ones first. */
    public List<Alike> byLength() {
        int[] words = text.german().stream().mapToInt(sentence -> sentence.split("\\s+").length).toArray();
        List<Alike> found = new ArrayList<>();
        for (int bin = 0; bin <= WORDS.length; bin++) {
            int from = bin == 0 ? 1 : WORDS[bin - 1] + 1;
            int to = bin == WORDS.length ? Integer.MAX_VALUE : WORDS[bin];
            int[] which = IntStream.range(0, words.length).filter(i -> words[i] >= from && words[i] <= to).toArray();
            if (which.length > 0) {
                double mean = IntStream.of(which).map(i -> words[i]).average().orElseThrow();
                found.add(new Alike(from + (bin == WORDS.length ? " and more" : " to " + to), mean, which));
            }
        }
        return found;
    }
}
