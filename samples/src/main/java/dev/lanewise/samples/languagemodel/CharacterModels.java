package dev.lanewise.samples.languagemodel;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.LayerNorm;
import dev.lanewise.compiler.network.LearnedPositions;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Three networks that say which character comes next. Each is built twice over the same weights: to be trained on
 * windows of text, and to be used a character at a time, where what came before is in states.
 */
enum CharacterModels {
    RNN("RNN", 64),
    LSTM("LSTM", 64),
    TRANSFORMER("Transformer", 128);

    static final int BATCH = 16;
    static final int UNITS = 256;
    static final int SIZE = 128;
    static final int LAYERS = 3;
    static final int HEADS = 4;

    final String title;
    /** Characters of a window in training; the Transformer sees no further. */
    final int window;

    CharacterModels(String title, int window) {
        this.title = title;
        this.window = window;
    }

    /** Whether a window goes on with the states of the one before. */
    boolean carries() {
        return this != TRANSFORMER;
    }

    /** Trained on windows {@code symbols [batch, time]} to give those one further on. */
    Network trained(int characters, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor symbols = net.input("symbols", DType.I32, batch, Dim.of(window));
        Tensor scores = carries()
                ? recurrent(net, symbols, characters)
                : decoder(symbols, characters, null);
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("next", DType.I32, batch, Dim.of(window))));
        return net.build();
    }

    /** A character in, scores of the next one out. */
    Network step(Network trained, int characters) {
        NetworkBuilder net = trained.sibling();
        Tensor symbol = net.input("symbol", DType.I32, Dim.ONE, Dim.ONE);
        Tensor scores = carries()
                ? recurrent(net, symbol, characters)
                : decoder(symbol, characters, Dim.symbol("past", 0, window));
        net.output("scores", scores);
        return net.build();
    }

    /** What a cell remembers goes from call to call, in training from window to window. */
    private Tensor recurrent(NetworkBuilder net, Tensor symbols, int characters) {
        Recurrent cell = this == RNN ? Rnn.of("cell", UNITS) : Lstm.of("cell", UNITS).forgetBias(1);
        List<Tensor> before = new ArrayList<>();
        for (String name : this == RNN ? List.of("h") : List.of("h", "c")) {
            before.add(net.state(name, DType.F32, symbols.dim(0), Dim.of(UNITS)));
        }
        Recurrent.Result read = cell.run(symbols.then(Embedding.of("embedding", characters, 64)), null, before);
        for (int i = 0; i < before.size(); i++) {
            net.next(i == 0 ? "h" : "c", before.get(i), read.states().get(i));
        }
        return read.output().then(Dense.of("scores", characters));
    }

    /** @param past how many came before: their keys and values are states; {@code null} for whole windows */
    private Tensor decoder(Tensor symbols, int characters, Dim past) {
        Tensor x = symbols.then(Embedding.of("embedding", characters, SIZE).init(Init.normal(0.02)))
                .then(LearnedPositions.of("positions", window).from(past == null ? Dim.ZERO : past));
        for (int i = 0; i < LAYERS; i++) {
            TransformerEncoderLayer layer =
                    TransformerEncoderLayer.of("layer." + i, HEADS, 4 * SIZE).preNorm().causal();
            x = past == null ? x.then(layer) : layer.cached(x, past);
        }
        return x.then(LayerNorm.of("norm")).then(Dense.of("scores", characters));
    }
}
