package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Pooling;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Session;
import java.util.Random;

/** Networks of the kinds that people train, with a loss, and numbers to feed them. */
final class WholeNetworks {

    static final int WORDS = 100;
    static final int CLASSES = 10;
    private static final int LENGTH = 32;

    private WholeNetworks() {}

    /** Gives a session random inputs, and labels that there are. Allocates nothing. */
    static void feed(dev.lanewise.runtime.Tensor[] inputs, Random random) {
        for (dev.lanewise.runtime.Tensor input : inputs) {
            fill(input, input.name().equals("label") ? 2 : WORDS, random);
        }
    }

    static dev.lanewise.runtime.Tensor[] inputs(Session session) {
        return session.inputs().toArray(new dev.lanewise.runtime.Tensor[0]);
    }

    private static void fill(dev.lanewise.runtime.Tensor input, int bound, Random random) {
        for (int i = 0; i < input.size(); i++) {
            if (input.type() == DType.I32) {
                input.ints()[input.offset() + i] = random.nextInt(bound);
            } else if (!input.name().equals("learning_rate")) {
                input.floats()[input.offset() + i] = random.nextFloat() - 0.5f;
            }
        }
    }

    /** @param depth convolutions before each pooling */
    static NetworkBuilder convolutions(int batch, int depth) {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("x", DType.F32, Dim.of(batch), Dim.of(28), Dim.of(28), Dim.ONE);
        for (int i = 0; i < depth; i++) {
            x = x.then(Conv2d.of("wide" + i, 16, 3, 3).same().relu());
        }
        x = x.then(Pooling.max(2, 2));
        for (int i = 0; i < depth; i++) {
            x = x.then(Conv2d.of("deep" + i, 32, 3, 3).same().relu());
        }
        Tensor scores = x.then(Pooling.mean(2, 2)).mergeAxes(1).mergeAxes(1).then(Dense.of("scores", CLASSES));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net;
    }

    static NetworkBuilder encoder(int batch) {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("words", DType.I32, Dim.of(batch), Dim.of(LENGTH))
                .then(Embedding.of("embedding", WORDS, 64))
                .then(SinusoidalPositions.of("positions", LENGTH))
                .then(TransformerEncoderLayer.of("encoder.0", 4, 128))
                .then(TransformerEncoderLayer.of("encoder.1", 4, 128));
        Tensor scores = x.mean(1).then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net;
    }

    static NetworkBuilder characters(int batch, int length, int hidden) {
        NetworkBuilder net = Network.builder(1);
        Tensor scores = net.input("words", DType.I32, Dim.of(batch), Dim.of(length))
                .then(Embedding.of("embedding", WORDS, 32)).then(Lstm.of("lstm", hidden))
                .then(Dropout.of("dropout", 0.2)).then(Lstm.of("upper", hidden))
                .then(Dense.of("scores", WORDS));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch), Dim.of(length))));
        return net;
    }
}
