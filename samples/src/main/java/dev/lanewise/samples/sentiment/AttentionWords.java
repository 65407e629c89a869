package dev.lanewise.samples.sentiment;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.data.MovieReviews;
import dev.lanewise.samples.data.MovieReviews.Review;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.WeighedWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The words that attention weighs: the output {@code attention}, read where the session computed it. */
final class AttentionWords {

    private static final List<String> OWN = List.of(
            "a real stinker .", "not a bad film at all .", "what begins as a bore ends as a delight .",
            "the actors are wonderful , but the story is a mess .");
    private static final int LEAST = 8;
    private static final int MOST = 18;
    private static final int OF_EACH = 3;

    private AttentionWords() {}

    /** @param models one for each of {@link Classifiers} */
    static void show(Page page, MovieReviews reviews, Vocabulary vocabulary, List<Model> models) {
        page.section("What attention weighs").text("Attention pooling gives each word a weight, and the sentence is the"
                + " mean by these. Of the Transformer it is the mean over heads and over the words that attend. Above"
                + " each sentence stands the probability that it is praise. The first " + OWN.size() + " are ours, the"
                + " others the first held-out ones of " + LEAST + " to " + MOST + " words of each kind; a * is at words"
                + " that are not known.");
        List<Review> sentences = new ArrayList<>();
        OWN.forEach(text -> sentences.add(new Review(List.of(text.split(" ")), -1)));
        for (int label = 0; label < 2; label++) {
            int wanted = label;
            reviews.test().stream()
                    .filter(review -> review.label() == wanted && review.words().size() >= LEAST
                            && review.words().size() <= MOST)
                    .limit(OF_EACH)
                    .forEach(sentences::add);
        }
        for (Classifiers kind : Classifiers.values()) {
            if (kind.weighs()) {
                page.figure(kind.title, figure(models.get(kind.ordinal()).newSession(), sentences, vocabulary));
            }
        }
    }

    private static WeighedWords figure(Session session, List<Review> sentences, Vocabulary vocabulary) {
        WeighedWords figure = new WeighedWords();
        for (Review review : sentences) {
            review.coded(vocabulary).feed(session, 1);
            session.run();
            Tensor scores = session.output("scores"); // [1, 2]
            double praise = 1 / (1 + Math.exp(scores.get(0) - scores.get(1)));
            String known = review.label() < 0 ? "" : review.label() == 1 ? ", is praise" : ", is not";
            List<String> words = review.words().stream()
                    .map(word -> vocabulary.id(word) == Vocabulary.UNKNOWN ? word + "*" : word)
                    .toList();
            figure.sentence(String.format(Locale.ROOT, "praise %.0f %%%s", 100 * praise, known), words,
                    perWord(session.output("attention"), words.size()));
        }
        return figure;
    }

    /** The mean over all axes but the last: {@code [1, time]}, or {@code [1, heads, time, time]}, to {@code [time]}. */
    private static float[] perWord(Tensor weights, int time) {
        float[] mean = new float[time];
        for (int i = 0; i < weights.size(); i++) {
            mean[i % time] += weights.floats()[weights.offset() + i] * time / weights.size();
        }
        return mean;
    }
}
