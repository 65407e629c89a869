package dev.lanewise.bench.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.recurrent.RNN;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.network.Activations;
import dev.lanewise.compiler.network.BatchNorm;
import dev.lanewise.compiler.network.Conv1d;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.Layer;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Padding;
import dev.lanewise.compiler.network.Pooling;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Tdnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerDecoderLayer;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Layers of networks made in Java, compiled and run, against PyTorch's operations with the same weights. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class PyTorchLayersTest {

    private static final Dim BATCH = Dim.upTo("batch", 8);
    private static final Dim TIME = Dim.upTo("time", 40);

    private final NetworkBuilder net = Network.builder(3);

    private static Literal numbers(int seed, int... shape) {
        Random random = new Random(seed);
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return Literal.of(values, shape);
    }

    private Tensor sequence(String name, int features) {
        return net.input(name, DType.F32, BATCH, TIME, Dim.of(features));
    }

    private static Map<String, Literal> run(Graph graph, Map<String, Literal> inputs) {
        Session session = Model.of(Compiler.compile("network", graph, CompileOptions.defaults()).file(),
                        LoadOptions.defaults().start(LoadOptions.Start.SCALAR))
                .newSession();
        inputs.forEach((name, literal) -> {
            session.input(name).setShape(literal.shape());
            Elements.decode(session.input(name), ByteBuffer.wrap(literal.encode()));
        });
        session.run();
        Map<String, Literal> outputs = new LinkedHashMap<>();
        session.outputs().forEach(tensor -> outputs.put(tensor.name(), Literal.decode(
                tensor.type(), ByteBuffer.wrap(Elements.encode(tensor)), tensor.shape())));
        return outputs;
    }

    /** Within 2e-5 of the largest element. */
    private static void same(NDArray expected, Literal found) {
        assertEquals(expected.getShape(), TorchMath.shape(found.shape()));
        float[] values = expected.toFloatArray();
        double largest = 1e-3;
        for (float value : values) {
            assertTrue(Float.isFinite(value));
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], found.doubleAt(i), 2e-5 * largest, "element " + i);
        }
    }

    private void recurrent(Recurrent layer) {
        Recurrent.Result result = layer.run(sequence("x", 5));
        net.output("y", result.output());
        net.output("last", result.last());
        Network network = net.build();
        Literal x = numbers(1, 3, 9, 5);
        Map<String, Literal> found = run(network.inference(), Map.of("x", x));
        int directions = layer.both() ? 2 : 1;
        try (TorchMath torch = new TorchMath(network)) {
            NDArray zeros = torch.zeros((long) layer.layers() * directions, 3, layer.units());
            NDArray in = torch.array(x);
            var functions = in.getNDArrayInternal();
            NDList expected = switch (layer.cell()) {
                case LSTM -> functions.lstm(in, new NDList(zeros, zeros),
                        torch.recurrent("r", layer.layers(), layer.both(), TorchMath.LSTM_GATES), true,
                        layer.layers(), 0, false, layer.both(), true);
                case GRU -> functions.gru(in, zeros,
                        torch.recurrent("r", layer.layers(), layer.both(), TorchMath.GRU_GATES), true,
                        layer.layers(), 0, false, layer.both(), true);
                case RNN_TANH, RNN_RELU -> functions.rnn(in, zeros,
                        torch.recurrent("r", layer.layers(), layer.both(), TorchMath.RNN_GATES), true, layer.layers(),
                        layer.cell() == Recurrent.Cell.RNN_TANH ? RNN.Activation.TANH : RNN.Activation.RELU, 0, false,
                        layer.both(), true);
            };
            same(expected.get(0), found.get("y"));
            NDArray h = expected.get(1);
            long last = h.getShape().get(0);
            same(directions == 1 ? h.get(last - 1) : h.get(last - 2).concat(h.get(last - 1), 1), found.get("last"));
        }
    }

    @Test
    void lstm() {
        recurrent(Lstm.of("r", 6).layers(2).bidirectional());
    }

    @Test
    void gru() {
        recurrent(Gru.of("r", 6).layers(2));
    }

    @Test
    void gruBothWays() {
        recurrent(Gru.of("r", 7).bidirectional());
    }

    @Test
    void rnn() {
        recurrent(Rnn.of("r", 6).layers(2).bidirectional());
    }

    @Test
    void rnnWithRelu() {
        recurrent(Rnn.relu("r", 6));
    }

    /** What cuDNN and PyTorch do with packed sequences: each by itself, as long as it is. */
    @Test
    void lengthsAreSequencesByThemselves() {
        Recurrent layer = Lstm.of("r", 6).bidirectional();
        net.output("last", layer.run(sequence("x", 5), net.input("lengths", DType.I32, BATCH)).last());
        Network network = net.build();
        Literal x = numbers(1, 2, 9, 5);
        Literal found = run(network.inference(), Map.of("x", x, "lengths",
                Literal.of(DType.I32, new long[] {9, 4}, 2))).get("last");
        try (TorchMath torch = new TorchMath(network)) {
            for (int b = 0; b < 2; b++) {
                NDArray in = torch.array(x).get(b + ":" + (b + 1) + ",0:" + (b == 0 ? 9 : 4));
                NDArray zeros = torch.zeros(2, 1, 6);
                NDArray h = in.getNDArrayInternal().lstm(in, new NDList(zeros, zeros),
                        torch.recurrent("r", 1, true, TorchMath.LSTM_GATES), true, 1, 0, false, true, true).get(1);
                int row = b;
                same(h.get(0).concat(h.get(1), 1), found.select(i -> row * 12 + i, 1, 12));
            }
        }
    }

    private void convolved(Layer layer, NDArrayFunction torchLayer) {
        net.output("y", sequence("x", 4).then(layer));
        Network network = net.build();
        Literal x = numbers(1, 2, 11, 4);
        Literal found = run(network.inference(), Map.of("x", x)).get("y");
        try (TorchMath torch = new TorchMath(network)) {
            NDArray channelsFirst = torch.array(x).transpose(0, 2, 1);
            same(torchLayer.of(torch, channelsFirst).transpose(0, 2, 1), found);
        }
    }

    private interface NDArrayFunction {
        NDArray of(TorchMath torch, NDArray x);
    }

    private static NDArrayFunction conv1d(int padding, int stride, int dilation, int groups) {
        return (torch, x) -> x.getNDArrayInternal().convolution(x, torch.weight("c.weight"), torch.weight("c.bias"),
                TorchMath.shape(stride), TorchMath.shape(padding), TorchMath.shape(dilation), groups).get(0);
    }

    @Test
    void convolutions() {
        convolved(Conv1d.of("c", 6, 3), conv1d(0, 1, 1, 1));
    }

    @Test
    void convolutionSame() {
        convolved(Conv1d.of("c", 6, 5).same().stride(2), conv1d(2, 2, 1, 1));
    }

    @Test
    void convolutionCausalInGroups() {
        // what PyTorch pads behind gives outputs behind, which are cut off
        convolved(Conv1d.of("c", 6, 3).causal().dilation(2).groups(2),
                (torch, x) -> conv1d(4, 1, 2, 2).of(torch, x).get(":,:,0:11"));
    }

    @Test
    void tdnn() {
        convolved(Tdnn.of("c", 6, -3, 0, 3),
                (torch, x) -> conv1d(0, 1, 3, 1).of(torch, x).getNDArrayInternal().relu());
    }

    @Test
    void pooling() {
        convolved(Pooling.max(3).stride(2).padding(Padding.SAME), (torch, x) -> x.getNDArrayInternal()
                .maxPool(TorchMath.shape(3), TorchMath.shape(2), TorchMath.shape(1), false));
    }

    @Test
    void poolingMean() {
        convolved(Pooling.mean(3).stride(2), (torch, x) -> x.getNDArrayInternal()
                .avgPool(TorchMath.shape(3), TorchMath.shape(2), TorchMath.shape(0), false, false));
    }

    @Test
    void images() {
        Tensor x = net.input("x", DType.F32, BATCH, Dim.of(9), Dim.of(8), Dim.of(4));
        net.output("y", x.then(Conv2d.of("c", 6, 3, 3).same().activation(Activations.GELU)).then(BatchNorm.of("n")));
        Network network = net.build();
        Literal in = numbers(1, 2, 9, 8, 4);
        Literal found = run(network.inference(), Map.of("x", in)).get("y");
        try (TorchMath torch = new TorchMath(network)) {
            NDArray y = torch.array(in).transpose(0, 3, 1, 2);
            y = y.getNDArrayInternal().convolution(y, torch.weight("c.weight"), torch.weight("c.bias"),
                    TorchMath.shape(1, 1), TorchMath.shape(1, 1), TorchMath.shape(1, 1), 1).get(0);
            y = y.getNDArrayInternal().gelu();
            y = y.getNDArrayInternal().batchNorm(y, torch.weight("n.mean"), torch.weight("n.variance"),
                    torch.weight("n.weight"), torch.weight("n.bias"), 1, 0.1f, 1e-5f, false).get(0);
            same(y.transpose(0, 2, 3, 1), found);
        }
    }

    @Test
    void batchNormTrained() {
        net.output("y", sequence("x", 4).then(BatchNorm.of("n")));
        Network network = net.build();
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new ValueType(DType.F32, List.of(BATCH, TIME, Dim.of(4))));
        Literal scale = numbers(5, 4);
        List<Value> trained = new dev.lanewise.compiler.op.BatchNorm(1e-5f, 0.1f).train(builder, "n", List.of(x,
                Value.constant("scale", scale), Value.constant("bias", numbers(6, 4)),
                Value.constant("mean", numbers(7, 4)), Value.constant("variance", numbers(8, 4))), true);
        builder.output("y", trained.get(0));
        builder.output("mean", trained.get(1));
        builder.output("variance", trained.get(2));
        Literal in = numbers(1, 2, 9, 4);
        Map<String, Literal> found = run(builder.build(), Map.of("x", in));
        try (TorchMath torch = new TorchMath(network)) {
            NDArray mean = torch.array(numbers(7, 4));
            NDArray variance = torch.array(numbers(8, 4));
            NDArray channelsFirst = torch.array(in).transpose(0, 2, 1);
            // DJL's momentum is the share that stays
            NDArray y = channelsFirst.getNDArrayInternal().batchNorm(channelsFirst, mean, variance,
                    torch.array(scale), torch.array(numbers(6, 4)), 1, 0.9f, 1e-5f, true).get(0);
            same(y.transpose(0, 2, 1), found.get("y"));
            same(mean, found.get("mean"));
            same(variance, found.get("variance"));
        }
    }

    private static final Literal X = numbers(1, 2, 9, 8);
    private static final Literal LENGTHS = Literal.of(DType.I32, new long[] {9, 5}, 2);

    @Test
    void attention() {
        Tensor x = sequence("x", 8);
        Tensor lengths = net.input("lengths", DType.I32, BATCH);
        net.output("masked", MultiHeadAttention.of("a", 2).apply(x, lengths));
        net.output("causal", x.then(MultiHeadAttention.of("b", 4).causally()));
        Network network = net.build();
        Map<String, Literal> found = run(network.inference(), Map.of("x", X, "lengths", LENGTHS));
        try (TorchMath torch = new TorchMath(network)) {
            NDArray in = torch.array(X);
            same(torch.attention("a", 2, in, in, torch.keyMask(9, 9, 5)), found.get("masked"));
            same(torch.attention("b", 4, in, in, torch.causalMask(9)), found.get("causal"));
        }
    }

    @Test
    void transformers() {
        Tensor x = sequence("x", 8);
        Tensor lengths = net.input("lengths", DType.I32, BATCH);
        Tensor encoded = TransformerEncoderLayer.of("e", 2, 16).dropout(0.1).apply(x, lengths);
        net.output("encoded", encoded);
        net.output("first", x.then(TransformerEncoderLayer.of("f", 2, 16).preNorm().activation(Activations.GELU)));
        net.output("decoded", TransformerDecoderLayer.of("d", 2, 16).apply(x, null, encoded, lengths));
        Network network = net.build();
        Map<String, Literal> found = run(network.inference(), Map.of("x", X, "lengths", LENGTHS));
        try (TorchMath torch = new TorchMath(network)) {
            NDArray in = torch.array(X);
            NDArray mask = torch.keyMask(9, 9, 5);
            NDArray y = torch.encoderLayer("e", 2, in, mask);
            same(y, found.get("encoded"));

            NDArray first = torch.layerNorm("f.norm1", in);
            NDArray z = in.add(torch.attention("f.attention", 2, first, first, null));
            NDArray hidden = torch.linear("f.linear1", torch.layerNorm("f.norm2", z)).getNDArrayInternal().gelu();
            same(z.add(torch.linear("f.linear2", hidden)), found.get("first"));

            NDArray d = torch.layerNorm("d.norm1",
                    in.add(torch.attention("d.attention", 2, in, in, torch.causalMask(9))));
            d = torch.layerNorm("d.norm2", d.add(torch.attention("d.cross", 2, d, y, mask)));
            same(torch.layerNorm("d.norm3", d.add(feedForward(torch, "d", d))), found.get("decoded"));
        }
    }

    private static NDArray feedForward(TorchMath torch, String name, NDArray x) {
        return torch.linear(name + ".linear2", torch.linear(name + ".linear1", x).getNDArrayInternal().relu());
    }

    @Test
    void crossEntropy() {
        Tensor scores = sequence("x", 8);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("target", DType.I32, BATCH, TIME)));
        Network network = net.build();
        long[] targets = new Random(2).longs(18, 0, 8).toArray();
        Literal found = run(network.graph(), Map.of("x", X, "target", Literal.of(DType.I32, targets, 2, 9)))
                .get("loss");
        try (TorchMath torch = new TorchMath(network)) {
            NDArray loss = new SoftmaxCrossEntropyLoss().evaluate(
                    new NDList(torch.array(Literal.of(DType.F32, targets, 18, 1))),
                    new NDList(torch.array(X.reshape(18, 8))));
            same(loss, found);
        }
    }

    /** Numbers of weights as PyTorch's modules have them, by their parameters' extents. */
    @Test
    void weightsInNumber() {
        Tensor x = sequence("x", 512);
        net.output("encoded", x.then(TransformerEncoderLayer.of("encoder", 8, 2048)));
        net.output("decoded", x.then(TransformerDecoderLayer.of("decoder", 8, 2048)));
        net.output("attended", x.then(MultiHeadAttention.of("attention", 8)));
        net.output("y", sequence("small", 10).then(Lstm.of("lstm", 20).layers(2).bidirectional()));
        Network network = net.build();
        int attention = 3 * 512 * 512 + 3 * 512 + 512 * 512 + 512;     // in_proj, out_proj
        int linear = 2048 * 512 + 2048 + 512 * 2048 + 512;             // linear1, linear2
        int norm = 2 * 512;
        assertEquals(attention, count(network, "attention."));
        assertEquals(attention + linear + 2 * norm, count(network, "encoder."));
        assertEquals(2 * attention + linear + 3 * norm, count(network, "decoder."));
        int first = 80 * 10 + 80 * 20 + 80 + 80;                       // weight_ih, weight_hh, bias_ih, bias_hh
        int second = 80 * 40 + 80 * 20 + 80 + 80;
        assertEquals(2 * (first + second), count(network, "lstm."));
    }

    private static int count(Network network, String prefix) {
        return network.parameters().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToInt(entry -> entry.getValue().size()).sum();
    }
}
