package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.Map;
import java.util.Random;

/** A language model of characters: embedding, LSTM, scores of the next character at each step of a window. */
public final class CharLstm extends TrainedNet {

    private static final int CHARACTERS = 96;
    private static final int EMBEDDED = 64;

    private final int hidden;
    private final int batch;
    private final int window;

    public CharLstm(int hidden, int batch, int window) {
        super(network(hidden, batch, window), "");
        this.hidden = hidden;
        this.batch = batch;
        this.window = window;
    }

    private static Network network(int hidden, int batch, int window) {
        NetworkBuilder net = Network.builder(SEED);
        Tensor text = net.input("text", DType.I32, Dim.of(batch), Dim.of(window));
        Tensor scores = text.then(Embedding.of("embedding", CHARACTERS, EMBEDDED))
                .then(Lstm.of("lstm", hidden))
                .then(Dense.of("scores", CHARACTERS));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("next", DType.I32, Dim.of(batch), Dim.of(window))));
        return net.build();
    }

    @Override
    Map<String, Literal> batch(Random random) {
        return Map.of("text", ids(random, CHARACTERS, batch, window), "next", ids(random, CHARACTERS, batch, window));
    }

    @Override
    public NDArray loss(TorchMath torch, Map<String, NDArray> values) {
        NDArray x = torch.embedding("embedding", values.get("text"));
        NDArray zeros = torch.once("zeros", 1, batch, hidden);
        NDArray y = x.getNDArrayInternal().lstm(x, new NDList(zeros, zeros),
                torch.recurrent("lstm", 1, false, TorchMath.LSTM_GATES), true, 1, 0, true, false, true).get(0);
        return TorchMath.crossEntropy(torch.linear("scores", y), values.get("next"));
    }
}
