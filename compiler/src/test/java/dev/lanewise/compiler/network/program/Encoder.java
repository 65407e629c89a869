package dev.lanewise.compiler.network.program;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;

/** Sentences by their sentiment, with a Transformer. */
public final class Encoder {

    private Encoder() {}

    public static Network network() {
        NetworkBuilder net = Network.builder(42);
        Dim batch = Dim.upTo("batch", 32);
        Dim time = Dim.upTo("time", 200);
        Tensor words = net.input("words", DType.I32, batch, time);
        Tensor lengths = net.input("lengths", DType.I32, batch);

        Tensor x = words.then(Embedding.of("embedding", 20_000, 128))
                .then(SinusoidalPositions.of("positions", 200));
        for (int i = 0; i < 2; i++) {
            x = TransformerEncoderLayer.of("encoder." + i, 4, 512).dropout(0.1).apply(x, lengths);
        }
        Tensor scores = Sequences.mean(x, lengths).then(Dense.of("scores", 2));

        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }
}
