package dev.lanewise.samples.sentiment;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.AdditiveAttention;
import dev.lanewise.compiler.network.AttentionPooling;
import dev.lanewise.compiler.network.Conv1d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.data.MovieReviews;
import dev.lanewise.samples.data.Vocabulary;
import java.util.List;

/** Six networks that make one label of a sentence: they differ in how they make one vector of its words. */
public enum Classifiers {
    PADDED("padded, fully connected"),
    TDNN("TDNN"),
    RNN("RNN, last state"),
    LSTM("LSTM, last state"),
    ATTENTION("LSTM, attention"),
    TRANSFORMER("Transformer encoder");

    public static final int UNITS = 64;
    public static final double DROPPED = 0.5;
    static final int BATCH = 64;
    static final int SIZE = 64;

    final String title;

    Classifiers(String title) {
        this.title = title;
    }

    /** Whether it takes sentences of one length alone. */
    boolean padded() {
        return this == PADDED;
    }

    /** A sentence as it takes it. */
    Labelled fed(Labelled sentence) {
        return padded() ? sentence.padded(MovieReviews.LONGEST) : sentence;
    }

    public Dataset dataset(List<Labelled> sentences) {
        return Labelled.dataset(sentences.size(), i -> fed(sentences.get(i)));
    }

    /** Whether it shows what it weighs. */
    boolean weighs() {
        return this == ATTENTION || this == TRANSFORMER;
    }

    public Batching batching() {
        Batching batching = Batching.of(BATCH).labels("label", 2);
        return padded() ? batching : batching.lengths("lengths", "symbols");
    }

    /** With an output {@code attention} where it weighs. */
    public Network network(int words, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        int longest = MovieReviews.LONGEST;
        Dim time = this == PADDED ? Dim.of(longest) : Dim.upTo("time", longest);
        Tensor symbols = net.input("symbols", DType.I32, batch, time);
        Tensor lengths = this == PADDED ? null : net.input("lengths", DType.I32, batch);
        Tensor x = symbols
                .then(Embedding.of("embedding", words, SIZE).padding(Vocabulary.PADDING).init(Init.normal(0.1)))
                .then(Dropout.of("words", DROPPED));
        Tensor sentence = switch (this) {
            case PADDED -> x.mergeAxes(1).then(Dense.of("hidden", UNITS).relu());
            case TDNN -> Sequences.max(x.then(Conv1d.of("tdnn", 2 * UNITS, 3).same()).relu(), lengths);
            case RNN -> Rnn.of("cell", UNITS).run(x, lengths).last();
            case LSTM -> Lstm.of("cell", UNITS).forgetBias(1).run(x, lengths).last();
            case ATTENTION -> {
                Tensor read = Lstm.of("cell", UNITS).bidirectional().run(x, lengths).output();
                AdditiveAttention.Result pooled = AttentionPooling.of("attention", UNITS).pool(read, lengths);
                net.output("attention", pooled.weights());
                yield pooled.output();
            }
            case TRANSFORMER -> {
                MultiHeadAttention.Result encoded = TransformerEncoderLayer.of("encoder", 4, 2 * SIZE)
                        .dropout(0.1)
                        .weigh(x.then(SinusoidalPositions.of("positions", longest)), lengths);
                net.output("attention", encoded.weights());
                yield Sequences.mean(encoded.output(), lengths);
            }
        };
        Tensor scores = sentence.then(Dropout.of("features", DROPPED)).then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }
}
