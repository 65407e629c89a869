package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.recurrent.RNN;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Gradients of recurrent layers over sequences of different lengths against PyTorch's autograd. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class RecurrentLayerGradientsTest {

    private static final int FEATURES = 6;

    private static void compare(Recurrent layer, int longest, long... lengths) {
        NetworkBuilder net = Network.builder(5);
        Dim batch = Dim.upTo("batch", 8);
        Dim time = Dim.upTo("time", 40);
        Tensor real = net.input("lengths", DType.I32, batch);
        Tensor x = net.input("x", DType.F32, batch, time, Dim.of(FEATURES)).then(Dense.of("in", 10));
        Tensor y = layer.run(x, real).output();
        int size = layer.both() ? 2 * layer.units() : layer.units();
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, batch, time, Dim.of(size)), real));
        Random random = new Random(longest);
        Map<String, Literal> given = Map.of(
                "x", TrainedNet.numbers(random, lengths.length, longest, FEATURES),
                "target", TrainedNet.numbers(random, lengths.length, longest, size),
                "lengths", Literal.of(DType.I32, lengths, lengths.length));
        Gradients.compare(net.build(), given, (math, values) -> {
            NDArray states = math.zeros((long) layer.layers() * (layer.both() ? 2 : 1), 1, layer.units());
            NDArray in = math.linear("in", values.get("x"));
            NDArray found = SequenceMath.each(in, lengths, each -> outputs(math, layer, each, states, states));
            return found.sub(SequenceMath.each(values.get("target"), lengths, each -> each)).square().mean();
        });
    }

    /** {@code nn.LSTM}, {@code nn.GRU} or {@code nn.RNN}, batch first. */
    private static NDArray outputs(TorchMath math, Recurrent layer, NDArray x, NDArray h, NDArray c) {
        int layers = layer.layers();
        boolean both = layer.both();
        return switch (layer.cell()) {
            case LSTM -> x.getNDArrayInternal().lstm(x, new NDList(h, c),
                    math.recurrent("r", layers, both, TorchMath.LSTM_GATES), true, layers, 0, true, both, true).get(0);
            case GRU -> x.getNDArrayInternal().gru(x, h,
                    math.recurrent("r", layers, both, TorchMath.GRU_GATES), true, layers, 0, true, both, true).get(0);
            case RNN_TANH, RNN_RELU -> x.getNDArrayInternal().rnn(x, h,
                    math.recurrent("r", layers, both, TorchMath.RNN_GATES), true, layers,
                    layer.cell() == Recurrent.Cell.RNN_TANH ? RNN.Activation.TANH : RNN.Activation.RELU, 0, true, both,
                    true).get(0);
        };
    }

    @Test
    void ofLstms() {
        compare(Lstm.of("r", 7), 9, 9, 4, 1);
        compare(Lstm.of("r", 16).bidirectional(), 12, 5, 12, 1, 8);
        compare(Lstm.of("r", 6).layers(2).bidirectional(), 9, 9, 3);
        compare(Lstm.of("r", 33).layers(2), 20, 20, 20, 11, 2, 7);
    }

    @Test
    void ofGrus() {
        compare(Gru.of("r", 7), 9, 9, 4, 1);
        compare(Gru.of("r", 16).bidirectional(), 12, 5, 12, 1, 8);
        compare(Gru.of("r", 6).layers(2).bidirectional(), 9, 9, 3);
        compare(Gru.of("r", 33).layers(2), 20, 20, 20, 11, 2, 7);
    }

    @Test
    void ofRnns() {
        compare(Rnn.of("r", 7), 9, 9, 4, 1);
        compare(Rnn.of("r", 16).bidirectional(), 12, 5, 12, 1, 8);
        compare(Rnn.of("r", 6).layers(2).bidirectional(), 9, 9, 3);
        compare(Rnn.relu("r", 18), 9, 9, 4, 1);
    }

    /** States to begin with get gradients too. */
    @Test
    void ofInitialStates() {
        for (Recurrent layer : List.of(Lstm.of("r", 9), Gru.of("r", 9), Rnn.of("r", 9))) {
            boolean cell = layer.cell() == Recurrent.Cell.LSTM;
            LayerCase.compare(x -> {
                Tensor h = x.at(1, 2).then(Dense.of("h", 9));
                Tensor c = cell ? x.at(1, 3).then(Dense.of("c", 9)) : null;
                return layer.run(x, null, cell ? List.of(h, c) : List.of(h)).output();
            }, (math, x) -> {
                NDArray h = math.linear("h", x.get(":,2,:")).expandDims(0);
                NDArray c = cell ? math.linear("c", x.get(":,3,:")).expandDims(0) : null;
                return outputs(math, layer, x, h, c);
            }, 3, 7, 5);
        }
    }
}
