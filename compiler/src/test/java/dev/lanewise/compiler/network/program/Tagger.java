package dev.lanewise.compiler.network.program;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Conv1d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;

/** Parts of speech, by words and their letters (Ma, Hovy 2016, without the CRF). */
public final class Tagger {

    private Tagger() {}

    public static Network network() {
        NetworkBuilder net = Network.builder(42);
        Dim batch = Dim.upTo("batch", 16);
        Dim time = Dim.upTo("time", 60);
        Dim letter = Dim.upTo("letter", 20);
        Tensor words = net.input("words", DType.I32, batch, time);
        Tensor letters = net.input("letters", DType.I32, batch, time, letter);
        Tensor lengths = net.input("lengths", DType.I32, batch);

        Tensor spelling = letters.then(Embedding.of("letters", 100, 25).padding(0))
                .mergeAxes(0)                                   // [batch · time, letter, 25]
                .then(Conv1d.of("spelling", 30, 3).same())
                .max(1)                                         // [batch · time, 30]
                .splitAxis(0, batch, time);
        Tensor vectors = Tensor.concat(2, words.then(Embedding.of("words", 20_000, 100)), spelling)
                .then(Dropout.of("dropout", 0.33).variationally());
        Tensor scores = Lstm.of("lstm", 200).bidirectional().run(vectors, lengths).output()
                .then(Dense.of("scores", 17));

        net.output("tags", scores.argMax());
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("expected", DType.I32, batch, time), lengths));
        return net.build();
    }
}
