package dev.lanewise.samples.tagging;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Conv1d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.samples.data.Spelling;
import dev.lanewise.samples.data.TaggedText;
import dev.lanewise.samples.data.Vocabulary;

/** Three networks that give each word of a sentence a tag. */
public enum Taggers {
    RNN("RNN, words and letters"),
    WORDS("BiLSTM, words alone"),
    BILSTM("BiLSTM, words and letters");

    public static final int UNITS = 96;
    public static final double DROPPED = 0.4;
    static final int BATCH = 32;

    final String title;

    Taggers(String title) {
        this.title = title;
    }

    /** Whether it reads how words are spelled. */
    public boolean reads() {
        return this != WORDS;
    }

    /** Of sentences of one length. */
    public static Batching batching() {
        return Batching.of(BATCH).mostPadding(0)
                .lengths("lengths", "words").labels("label", TaggedText.TAGS.size());
    }

    /** Scores of tags for {@code words [batch, time]}, of which the first {@code lengths [batch]} count. */
    public Network network(int words, int letters, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Dim time = Dim.upTo("time", TaggedText.LONGEST);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor x = net.input("words", DType.I32, batch, time)
                .then(Embedding.of("words", words, 64).init(Init.normal(0.3)));
        if (reads()) {
            Tensor spelling = net.input("letters", DType.I32, batch, time, Dim.of(Spelling.LETTERS))
                    .then(Embedding.of("letters", letters, 24).padding(Vocabulary.PADDING).init(Init.normal(0.3)))
                    .mergeAxes(0) // [batch · time, letters, 24]
                    .then(Conv1d.of("spelling", 48, 3).same())
                    .max(1) // [batch · time, 48]
                    .splitAxis(0, batch, time);
            x = Tensor.concat(2, x, spelling);
        }
        x = x.then(Dropout.of("seen", DROPPED));
        Tensor read = this == RNN
                ? Rnn.of("cell", 128).run(x, lengths).output()
                : Lstm.of("cell", UNITS).bidirectional().run(x, lengths).output();
        Tensor scores = read.then(Dropout.of("read", DROPPED)).then(Dense.of("scores", TaggedText.TAGS.size()));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch, time), lengths));
        return net.build();
    }
}
