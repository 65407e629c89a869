package dev.lanewise.samples.sentiment;

import dev.lanewise.runtime.Model;
import dev.lanewise.samples.data.MovieReviews;
import dev.lanewise.samples.data.MovieReviews.Review;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.evaluate.AttendedReviews;
import dev.lanewise.samples.page.Page;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The words that attention weighs, in sentences of ours and held-out ones. */
final class AttentionWords {

    private static final List<String> OWN = List.of(
            "a real stinker .", "not a bad film at all .", "what begins as a bore ends as a delight .",
            "the actors are wonderful , but the story is a mess .");
    private static final int LEAST = 8;
    private static final int MOST = 18;
    private static final int OF_EACH = 3;

    private AttentionWords() {}

    /** @param models of those that weigh */
    static void show(Page page, MovieReviews reviews, Vocabulary vocabulary, Map<Classifiers, Model> models) {
        page.section("What attention weighs").text("Attention pooling gives each word a weight, and the sentence is the"
                + " mean by these. Of the Transformer it is the mean over heads and over the words that attend. Above"
                + " each sentence stands the probability that it is praise. The first " + OWN.size() + " are ours, the"
                + " others the first held-out ones of " + LEAST + " to " + MOST + " words of each kind; a * is at words"
                + " that are not known.");
        List<Review> sentences = Stream.concat(
                OWN.stream().map(Review::of), reviews.examples(OF_EACH, LEAST, MOST).stream()).toList();
        models.forEach((kind, model) ->
                page.figure(kind.title, AttendedReviews.figure(model, sentences, vocabulary)));
    }
}
