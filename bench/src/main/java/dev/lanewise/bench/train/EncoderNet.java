package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import java.util.Map;
import java.util.Random;

/** Sentences: embedding with positions, two layers of an encoder, their mean over time, two classes. */
public final class EncoderNet extends TrainedNet {

    private static final int WORDS = 100;
    private static final int LAYERS = 2;
    private static final int HEADS = 4;

    private final int batch;
    private final int length;

    /** @param width of the layers; four times as much inside */
    public EncoderNet(int batch, int length, int width) {
        this(batch, length, width, "");
    }

    private EncoderNet(int batch, int length, int width, String frozen) {
        super(network(batch, length, width), frozen);
        this.batch = batch;
        this.length = length;
    }

    /** Of which only the second layer and the scores are trained. */
    public static EncoderNet lastLayers(int batch, int length, int width) {
        return new EncoderNet(batch, length, width, "embedding.*|encoder\\.0\\..*");
    }

    private static Network network(int batch, int length, int width) {
        NetworkBuilder net = Network.builder(SEED);
        Tensor x = net.input("words", DType.I32, Dim.of(batch), Dim.of(length))
                .then(Embedding.of("embedding", WORDS, width))
                .then(SinusoidalPositions.of("positions", length));
        for (int i = 0; i < LAYERS; i++) {
            x = x.then(TransformerEncoderLayer.of("encoder." + i, HEADS, 4 * width));
        }
        Tensor scores = x.mean(1).then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net.build();
    }

    /** The label is the half of the vocabulary that most of the words are from. */
    @Override
    Map<String, Literal> batch(Random random) {
        Literal words = ids(random, WORDS, batch, length);
        long[] labels = new long[batch];
        for (int b = 0; b < batch; b++) {
            int upper = 0;
            for (int t = 0; t < length; t++) {
                upper += words.longAt(b * length + t) * 2 / WORDS;
            }
            labels[b] = 2 * upper > length ? 1 : 0;
        }
        return Map.of("words", words, "label", Literal.of(DType.I32, labels, batch));
    }

    @Override
    public NDArray loss(TorchMath torch, Map<String, NDArray> values) {
        NDArray x = torch.embedding("embedding", values.get("words")).add(torch.weight("positions.table"));
        for (int i = 0; i < LAYERS; i++) {
            x = torch.encoderLayer("encoder." + i, HEADS, x, null);
        }
        return TorchMath.crossEntropy(torch.linear("scores", x.mean(new int[] {1})), values.get("label"));
    }
}
