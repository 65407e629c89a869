package dev.lanewise.samples.evaluate;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.data.MovieReviews.Review;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.page.WeighedWords;
import java.util.List;
import java.util.Locale;

/** The words that attention weighs: a classifier's output {@code attention}, read where the session computed it. */
public final class AttendedReviews {

    private AttendedReviews() {}

    /**
     * Sentences with what a model thinks of them, and the weight of each word.
     *
     * @param model with an output {@code attention [1, ..., time]}
     */
    public static WeighedWords figure(Model model, List<Review> sentences, Vocabulary vocabulary) {
        Session session = model.newSession();
        WeighedWords figure = new WeighedWords();
        for (Review review : sentences) {
            review.coded(vocabulary).feed(session, 1);
            session.run();
            Tensor scores = session.output("scores"); // [1, 2]
            double praise = 1 / (1 + Math.exp(scores.get(0) - scores.get(1)));
            String known = review.label() < 0 ? "" : review.label() == 1 ? ", is praise" : ", is not";
            figure.sentence(String.format(Locale.ROOT, "praise %.0f %%%s", 100 * praise, known),
                    vocabulary.marked(review.words()), session.output("attention"));
        }
        return figure;
    }
}
