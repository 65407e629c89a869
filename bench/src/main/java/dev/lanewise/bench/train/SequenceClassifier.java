package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.Map;
import java.util.Random;

/**
 * An LSTM in both directions whose last states say which channel began loudest; sequences of a batch differ in length.
 * PyTorch reads each by itself, as it would a packed one.
 */
public final class SequenceClassifier extends TrainedNet {

    private static final int FEATURES = 6;

    private final int hidden;
    private final int batch;
    private final int longest;

    public SequenceClassifier(int hidden, int batch, int longest) {
        super(network(hidden, batch, longest), "");
        this.hidden = hidden;
        this.batch = batch;
        this.longest = longest;
    }

    private static Network network(int hidden, int batch, int longest) {
        NetworkBuilder net = Network.builder(SEED);
        Tensor x = net.input("x", DType.F32, Dim.of(batch), Dim.of(longest), Dim.of(FEATURES));
        Tensor lengths = net.input("lengths", DType.I32, Dim.of(batch));
        Tensor scores = Lstm.of("lstm", hidden).bidirectional().run(x, lengths).last()
                .then(Dense.of("scores", FEATURES));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net.build();
    }

    @Override
    Map<String, Literal> batch(Random random) {
        Literal x = numbers(random, batch, longest, FEATURES);
        long[] lengths = random.longs(batch, 1, longest + 1).toArray();
        long[] labels = new long[batch];
        for (int b = 0; b < batch; b++) {
            for (int i = 1; i < FEATURES; i++) {
                int first = b * longest * FEATURES;
                labels[b] = x.doubleAt(first + i) > x.doubleAt(first + (int) labels[b]) ? i : labels[b];
            }
        }
        return Map.of("x", x, "lengths", Literal.of(DType.I32, lengths, batch),
                "label", Literal.of(DType.I32, labels, batch));
    }

    @Override
    public NDArray loss(TorchMath torch, Map<String, NDArray> values) {
        NDList lasts = new NDList();
        NDArray zeros = torch.once("zeros", 2, 1, hidden);
        long[] lengths = values.get("lengths").toLongArray();
        for (int b = 0; b < batch; b++) {
            NDArray x = values.get("x").get(b + ":" + (b + 1) + ",0:" + lengths[b]);
            NDArray h = x.getNDArrayInternal().lstm(x, new NDList(zeros, zeros),
                    torch.recurrent("lstm", 1, true, TorchMath.LSTM_GATES), true, 1, 0, true, true, true).get(1);
            lasts.add(h.reshape(1, 2L * hidden));
        }
        return TorchMath.crossEntropy(torch.linear("scores", NDArrays.concat(lasts, 0)), values.get("label"));
    }
}
