package dev.lanewise.compiler.network.program;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;

/** Sentences by their sentiment. */
public final class Classifier {

    private Classifier() {}

    public static Network network() {
        NetworkBuilder net = Network.builder(42);
        Dim batch = Dim.upTo("batch", 32);
        Dim time = Dim.upTo("time", 200);
        Tensor words = net.input("words", DType.I32, batch, time);
        Tensor lengths = net.input("lengths", DType.I32, batch);

        Tensor vectors = words.then(Embedding.of("embedding", 20_000, 64));
        Tensor scores = Lstm.of("lstm", 128).bidirectional().run(vectors, lengths).last()
                .then(Dropout.of("dropout", 0.5))
                .then(Dense.of("scores", 2));

        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    public static ModelFile compile(Network network) {
        Compiled compiled = Compiler.compile("classifier", network, CompileOptions.defaults());
        return compiled.file();
    }
}
