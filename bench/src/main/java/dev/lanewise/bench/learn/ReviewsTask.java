package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import dev.lanewise.bench.train.TorchLstm;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.samples.data.MovieReviews;
import dev.lanewise.samples.data.MovieReviews.Review;
import dev.lanewise.samples.data.Vocabulary;
import dev.lanewise.samples.sentiment.Classifiers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whether a sentence of a film review is praise, from its words. */
final class ReviewsTask implements LearningTask {

    private static final Classifiers KIND = Classifiers.LSTM;

    private final MovieReviews reviews;
    private final Vocabulary vocabulary;
    private final List<Split> splits;

    ReviewsTask(MovieReviews reviews) {
        this.reviews = reviews;
        this.vocabulary = reviews.vocabulary();
        this.splits = List.of(new Split(dataset(reviews.train()), dataset(reviews.test())));
    }

    static LearningTask read(Path folder) {
        return new ReviewsTask(MovieReviews.read(folder.resolve("data/movie-reviews")));
    }

    private Dataset dataset(List<Review> sentences) {
        return KIND.dataset(sentences.stream().map(review -> review.coded(vocabulary)).toList());
    }

    @Override
    public String about() {
        return reviews.about() + ", embeddings of " + vocabulary.size() + " words, LSTM of " + Classifiers.UNITS
                + ", its last state";
    }

    @Override
    public List<Split> splits() {
        return splits;
    }

    @Override
    public Network network(long seed, int split) {
        return KIND.network(vocabulary.size(), seed);
    }

    @Override
    public int epochs() {
        return 5;
    }

    @Override
    public Batching batching() {
        return KIND.batching();
    }

    @Override
    public Schedule schedule() {
        return Schedule.oneCycle(0.003);
    }

    @Override
    public NDArray scores(TorchMath torch, Map<String, NDArray> batch, boolean training) {
        NDArray words = torch.embedding("embedding", batch.get("symbols"), Vocabulary.PADDING);
        NDArray dropped = TorchMath.dropout(words, Classifiers.DROPPED, training);
        NDArray last = new TorchLstm(torch, "cell", Classifiers.UNITS, false).last(dropped, batch.get("lengths"));
        return torch.linear("scores", TorchMath.dropout(last, Classifiers.DROPPED, training));
    }
}
