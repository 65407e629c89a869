package dev.lanewise.samples.data;

import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import dev.lanewise.samples.data.TaggedText.Sentence;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Words by their small letters, and the letters that each is spelled with. Immutable. */
public record Spelling(Vocabulary words, Vocabulary letters) {

    /** Of a word its last ones: endings tell most. */
    public static final int LETTERS = 12;

    /** Of words that occur twice or more; the others teach what an unknown one may be. */
    public static Spelling of(List<Sentence> sentences) {
        return new Spelling(
                Vocabulary.of(words(sentences).map(Spelling::small), 2),
                Vocabulary.of(words(sentences).flatMap(Spelling::characters), 2));
    }

    private static Stream<String> words(List<Sentence> sentences) {
        return sentences.stream().flatMap(sentence -> sentence.words().stream());
    }

    private static String small(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    private static Stream<String> characters(String word) {
        return word.codePoints().mapToObj(Character::toString);
    }

    private int id(String word) {
        return words.id(small(word));
    }

    /** Whether a word has an id of its own. */
    public boolean isKnown(String word) {
        return id(word) != Vocabulary.UNKNOWN;
    }

    /** The words, with a mark at those that are not known. */
    public List<String> marked(Sentence sentence) {
        return sentence.words().stream().map(word -> isKnown(word) ? word : word + "*").toList();
    }

    /** Ids of the words, [words]. */
    private int[] ids(Sentence sentence) {
        return sentence.words().stream().mapToInt(this::id).toArray();
    }

    /** Ids of each word's last letters, filled up before them, [words, letters]. */
    private int[] spelled(Sentence sentence) {
        int most = LETTERS;
        int[] spelled = new int[sentence.words().size() * most];
        for (int i = 0; i < sentence.words().size(); i++) {
            int[] word = characters(sentence.words().get(i)).mapToInt(letters::id).toArray();
            int count = Math.min(most, word.length);
            System.arraycopy(word, word.length - count, spelled, (i + 1) * most - count, count);
        }
        return spelled;
    }

    /**
     * Sentences to train on: {@code words} and {@code label}, each as long as it is, and {@code letters} if asked for.
     */
    public Dataset dataset(List<Sentence> sentences, boolean withLetters) {
        List<Example> examples = sentences.stream()
                .map(sentence -> {
                    Example example = new Example().ints("words", ids(sentence)).ints("label", sentence.tags());
                    return withLetters ? example.ints("letters", spelled(sentence)) : example;
                })
                .toList();
        return Dataset.of(examples);
    }

    /** The tags that a model gives by its {@code scores [1, words, tags]}, [words]. */
    public int[] tag(Session session, Sentence sentence) {
        int n = sentence.words().size();
        set(session, "words", ids(sentence), 1, n);
        set(session, "lengths", new int[] {n}, 1);
        if (session.model().inputNames().contains("letters")) {
            set(session, "letters", spelled(sentence), 1, n, LETTERS);
        }
        session.run();
        return Scores.best(session.output("scores"));
    }

    private static void set(Session session, String name, int[] values, int... shape) {
        Tensor input = session.input(name);
        input.setShape(shape);
        System.arraycopy(values, 0, input.ints(), input.offset(), values.length);
    }
}
