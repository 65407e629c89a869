package dev.lanewise.samples.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Sentences of film reviews (Pang, Lee 2005), label 1 where it is praise: every tenth of a file is held out.
 *
 * @param about what stands below figures
 */
public record MovieReviews(String about, boolean generated, List<Review> train, List<Review> test) {

    /** Words of the longest sentence; what is behind them is cut. */
    public static final int LONGEST = 60;
    private static final int HELD = 10;
    private static final List<String> FILES = List.of("rt-polarity.neg", "rt-polarity.pos");
    private static final List<List<String>> SAID = List.of(
            List.of("dull", "a mess", "a real stinker", "slow and silly", "not good"),
            List.of("a delight", "funny and warm", "rich", "full of wit", "not bad"));
    private static final List<String> BEGINNINGS = List.of(
            "this film is", "i found the whole story", "what we get here , from a director we know , is",
            "the second half turns out to be");
    private static final List<String> ENDS = List.of("", ".", ", i should say .", ", whatever they tell you");

    /** A sentence, in words. */
    public record Review(List<String> words, int label) {

        /** A sentence of words with blanks between them, whose label is not known. */
        public static Review of(String text) {
            return new Review(List.of(text.split(" ")), -1);
        }

        /** Its words by their ids. */
        public Labelled coded(Vocabulary vocabulary) {
            return new Labelled(vocabulary.ids(words), label);
        }
    }

    /** Of the words to train on that occur twice or more. */
    public Vocabulary vocabulary() {
        return Vocabulary.of(train.stream().flatMap(review -> review.words().stream()), 2);
    }

    /** Those of the folder {@code movie-reviews}; or where there is none, generated ones. */
    public static MovieReviews of(Optional<Path> folder, long seed) {
        return folder.map(MovieReviews::read).orElseGet(() -> generated(seed));
    }

    /** The folder {@code movie-reviews}: a file of each kind, a sentence a line. */
    public static MovieReviews read(Path folder) {
        List<List<Review>> kinds = new ArrayList<>();
        for (int label = 0; label < FILES.size(); label++) {
            int kind = label;
            try (var lines = Files.lines(folder.resolve(FILES.get(label)), StandardCharsets.ISO_8859_1)) {
                kinds.add(lines.filter(line -> !line.isBlank()).map(line -> review(line, kind)).toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return split("movie-reviews, sentences of film reviews", false, kinds);
    }

    /** The first held-out ones of each label that have so many words, {@code count} each. */
    public List<Review> examples(int count, int leastWords, int mostWords) {
        return IntStream.range(0, SAID.size()).boxed()
                .flatMap(label -> test.stream()
                        .filter(review -> review.label() == label)
                        .filter(review -> review.words().size() >= leastWords && review.words().size() <= mostWords)
                        .limit(count))
                .toList();
    }

    /** Made of a few phrases. */
    public static MovieReviews generated(long seed) {
        Random random = new Random(seed);
        List<List<Review>> kinds = new ArrayList<>();
        for (int label = 0; label < SAID.size(); label++) {
            List<Review> reviews = new ArrayList<>();
            for (int i = 0; i < 1500; i++) {
                reviews.add(review(any(BEGINNINGS, random) + " " + any(SAID.get(label), random) + " "
                        + any(ENDS, random), label));
            }
            kinds.add(reviews);
        }
        return split("generated sentences", true, kinds);
    }

    private static String any(List<String> texts, Random random) {
        return texts.get(random.nextInt(texts.size()));
    }

    private static Review review(String line, int label) {
        List<String> words = List.of(line.strip().split("\\s+"));
        return new Review(words.subList(0, Math.min(LONGEST, words.size())), label);
    }

    private static MovieReviews split(String about, boolean generated, List<List<Review>> kinds) {
        List<Review> train = new ArrayList<>();
        List<Review> test = new ArrayList<>();
        for (List<Review> kind : kinds) {
            for (int i = 0; i < kind.size(); i++) {
                (i % HELD == 0 ? test : train).add(kind.get(i));
            }
        }
        return new MovieReviews(about + ": " + train.size() + " to train, " + test.size() + " held out", generated,
                List.copyOf(train), List.copyOf(test));
    }
}
