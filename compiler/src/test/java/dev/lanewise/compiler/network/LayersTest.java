package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each layer: what it gives, its weights by name and in number as PyTorch's layer of that kind has them, and that it
 * compiles to what the references compute. Inputs {@code x} and {@code lengths}, batch and time symbolic.
 */
class LayersTest {

    private static final Dim BATCH = Dim.upTo("batch", 8);
    private static final Dim TIME = Dim.upTo("time", 40);

    /**
     * One layer.
     *
     * @param output extents for a batch of 2 and 7 steps
     * @param weights as names with their extents
     */
    record Row(
            String name, int features, BiFunction<Tensor, Tensor, Tensor> layer, String output, String weights) {

        /** Output {@code y}, and as a loss what it differs from {@code target} by. */
        Network network() {
            NetworkBuilder net = Network.builder(1);
            Tensor x = net.input("x", DType.F32, BATCH, TIME, Dim.of(features));
            Tensor y = layer.apply(x, net.input("lengths", DType.I32, BATCH));
            net.output("y", y);
            net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, y.shape().toArray(Dim[]::new))));
            return net.build();
        }
    }

    private static Row row(String name, int features, Layer layer, String output, String weights) {
        return new Row(name, features, (x, lengths) -> x.then(layer), output, weights);
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(row("dense", 5, Dense.of("d", 3).relu(), "[2, 7, 3]", "d.weight[3, 5] d.bias[3]"));
        rows.add(row("dense without bias", 5, Dense.of("d", 3).withoutBias(), "[2, 7, 3]", "d.weight[3, 5]"));
        rows.add(row("convolution", 4, Conv1d.of("c", 6, 3), "[2, 5, 6]", "c.weight[6, 4, 3] c.bias[6]"));
        rows.add(row("same", 4, Conv1d.of("c", 6, 4).same().dilation(2).tanh(), "[2, 7, 6]",
                "c.weight[6, 4, 4] c.bias[6]"));
        rows.add(row("same, stride", 4, Conv1d.of("c", 6, 3).same().stride(2), "[2, 4, 6]",
                "c.weight[6, 4, 3] c.bias[6]"));
        rows.add(row("causal, groups", 4, Conv1d.of("c", 6, 3).causal().groups(2).withoutBias(), "[2, 7, 6]",
                "c.weight[6, 2, 3]"));
        rows.add(row("tdnn", 4, Tdnn.of("t", 6, -2, 0, 2), "[2, 3, 6]", "t.weight[6, 4, 3] t.bias[6]"));
        rows.add(row("tdnn, spliced", 4, Tdnn.of("t", 6, -1, 0, 3), "[2, 3, 6]", "t.weight[6, 12] t.bias[6]"));
        rows.add(row("max pooling", 4, Pooling.max(2), "[2, 3, 4]", ""));
        rows.add(row("mean pooling", 4, Pooling.mean(3).stride(2).padding(Padding.SAME), "[2, 4, 4]", ""));
        rows.add(row("lstm", 5, Lstm.of("l", 6), "[2, 7, 6]",
                "l.0.weight[24, 5] l.0.recurrent[24, 6] l.0.bias[48]"));
        rows.add(row("gru, reversed", 5, Gru.of("g", 6).reversed(), "[2, 7, 6]",
                "g.0.reverse.weight[18, 5] g.0.reverse.recurrent[18, 6] g.0.reverse.bias[36]"));
        rows.add(new Row("rnn, stacked, both ways, lengths", 5,
                (x, lengths) -> Rnn.of("r", 6).layers(2).bidirectional().dropout(0.5).run(x, lengths).output(),
                "[2, 7, 12]",
                "r.0.weight[6, 5] r.0.recurrent[6, 6] r.0.bias[12] r.0.reverse.weight[6, 5]"
                        + " r.0.reverse.recurrent[6, 6] r.0.reverse.bias[12] r.1.weight[6, 12]"
                        + " r.1.recurrent[6, 6] r.1.bias[12] r.1.reverse.weight[6, 12]"
                        + " r.1.reverse.recurrent[6, 6] r.1.reverse.bias[12]"));
        rows.add(new Row("last states", 5,
                (x, lengths) -> Lstm.of("l", 6).bidirectional().run(x, lengths).last(), "[2, 12]",
                "l.0.weight[24, 5] l.0.recurrent[24, 6] l.0.bias[48] l.0.reverse.weight[24, 5]"
                        + " l.0.reverse.recurrent[24, 6] l.0.reverse.bias[48]"));
        rows.add(row("layer norm", 6, LayerNorm.of("n"), "[2, 7, 6]", "n.weight[6] n.bias[6]"));
        rows.add(row("rms norm", 6, RmsNorm.of("n"), "[2, 7, 6]", "n.weight[6]"));
        rows.add(row("batch norm", 6, BatchNorm.of("n"), "[2, 7, 6]", "n.weight[6] n.bias[6]"));
        rows.add(row("dropout", 6, Dropout.of("d", 0.5), "[2, 7, 6]", ""));
        rows.add(row("residual", 6, Residual.of(Dense.of("d", 6)), "[2, 7, 6]", "d.weight[6, 6] d.bias[6]"));
        rows.add(row("sequential", 6, Sequential.of("s", Dense.of("0", 4).relu(), Dense.of("1", 3)), "[2, 7, 3]",
                "s.0.weight[4, 6] s.0.bias[4] s.1.weight[3, 4] s.1.bias[3]"));
        rows.add(row("sinusoidal", 6, SinusoidalPositions.of("p", 50), "[2, 7, 6]", ""));
        rows.add(row("learned", 6, LearnedPositions.of("p", 50), "[2, 7, 6]", "p.table[50, 6]"));
        rows.add(new Row("attention, lengths", 8,
                (x, lengths) -> MultiHeadAttention.of("a", 2).apply(x, lengths), "[2, 7, 8]", attention("a", 8)));
        rows.add(row("attention, causal, rotary", 8, MultiHeadAttention.of("a", 2).causally().rotary(50),
                "[2, 7, 8]", attention("a", 8)));
        rows.add(new Row("attention to others, lengths", 8,
                (x, lengths) -> MultiHeadAttention.of("a", 2).toOthers().apply(x, lengths), "[2, 7, 8]",
                attention("a", 8)));
        rows.add(new Row("additive attention", 5, (x, lengths) -> {
            AdditiveAttention attention = AdditiveAttention.of("a", 4);
            return attention.attend(x.at(1, -1), attention.memory(x, lengths)).output();
        }, "[2, 5]", "a.memory.weight[4, 5] a.memory.bias[4] a.query.weight[4, 5] a.score[1, 4]"));
        rows.add(row("additive attention to itself", 5, AdditiveAttention.of("a", 4), "[2, 7, 5]",
                "a.memory.weight[4, 5] a.memory.bias[4] a.query.weight[4, 5] a.score[1, 4]"));
        rows.add(new Row("attention pooling", 5, (x, lengths) -> AttentionPooling.of("p", 4).pool(x, lengths).output(),
                "[2, 5]", "p.hidden.weight[4, 5] p.hidden.bias[4] p.score[1, 4]"));
        rows.add(new Row("encoder layer", 8,
                (x, lengths) -> TransformerEncoderLayer.of("e", 2, 16).dropout(0.1).apply(x, lengths), "[2, 7, 8]",
                attention("e.attention", 8) + " e.norm1.weight[8] e.norm1.bias[8] e.linear1.weight[16, 8]"
                        + " e.linear1.bias[16] e.linear2.weight[8, 16] e.linear2.bias[8] e.norm2.weight[8]"
                        + " e.norm2.bias[8]"));
        rows.add(row("encoder layer, norm first", 8,
                TransformerEncoderLayer.of("e", 2, 16).preNorm().causal().rotary(40).activation(Activations.GELU),
                "[2, 7, 8]",
                "e.norm1.weight[8] e.norm1.bias[8] " + attention("e.attention", 8) + " e.norm2.weight[8]"
                        + " e.norm2.bias[8] e.linear1.weight[16, 8] e.linear1.bias[16] e.linear2.weight[8, 16]"
                        + " e.linear2.bias[8]"));
        rows.add(new Row("decoder layer", 8,
                (x, lengths) -> TransformerDecoderLayer.of("d", 2, 16)
                        .apply(x, null, Dense.of("m", 5).apply(x), lengths),
                "[2, 7, 8]",
                "m.weight[5, 8] m.bias[5] " + attention("d.attention", 8) + " d.norm1.weight[8] d.norm1.bias[8] "
                        + attention("d.cross", 8).replace("k.weight[8, 8]", "k.weight[8, 5]")
                                .replace("v.weight[8, 8]", "v.weight[8, 5]")
                        + " d.norm2.weight[8] d.norm2.bias[8] d.linear1.weight[16, 8] d.linear1.bias[16]"
                        + " d.linear2.weight[8, 16] d.linear2.bias[8] d.norm3.weight[8] d.norm3.bias[8]"));
        rows.add(new Row("mean over time", 5, Sequences::mean, "[2, 5]", ""));
        rows.add(new Row("maximum over time", 5, Sequences::max, "[2, 5]", ""));
        return rows;
    }

    private static String attention(String name, int n) {
        return List.of("q", "k", "v", "out").stream()
                .map(part -> name + "." + part + ".weight[" + n + ", " + n + "] " + name + "." + part + ".bias[" + n
                        + "]")
                .collect(Collectors.joining(" "));
    }

    @TestFactory
    List<DynamicTest> layers() {
        return rows().stream().map(row -> dynamicTest(row.name, () -> {
            Network network = row.network();
            assertEquals(row.weights, network.parameters().entrySet().stream()
                    .map(entry -> entry.getKey() + entry.getValue().describe().substring(3))
                    .collect(Collectors.joining(" ")));
            GraphRun run = new GraphRun(network.inference()).with("x", GraphRun.numbers(3, 2, 7, row.features));
            if (network.inference().inputs().size() > 1) {
                run.with("lengths", new long[] {7, 4}, 2);
            }
            assertEquals("f32" + row.output, run.agreed().get("y").describe());
        })).toList();
    }

    /** Attention that gives its weights gives the same besides, and the weights are those of the steps it may see. */
    @Test
    void weighedAttention() {
        MultiHeadAttention plain = MultiHeadAttention.of("a", 2).rotary(50);
        for (MultiHeadAttention layer : List.of(
                plain, plain.causally(), plain.toOthers(), plain.causally().toOthers())) {
            NetworkBuilder net = Network.builder(1);
            Tensor x = net.input("x", DType.F32, BATCH, TIME, Dim.of(8));
            Tensor lengths = net.input("lengths", DType.I32, BATCH);
            MultiHeadAttention.Result weighed = layer.weigh(x, x, lengths);
            net.output("y", weighed.output());
            net.output("weights", weighed.weights());
            net.output("fused", layer.apply(x, lengths));
            Map<String, Literal> found = new GraphRun(net.build().inference())
                    .with("x", GraphRun.numbers(3, 2, 7, 8)).with("lengths", new long[] {7, 4}, 2).agreed();
            GraphRun.close(found.get("fused"), found.get("y"), 1e-5);
            Literal weights = found.get("weights");
            assertEquals("f32[2, 2, 7, 7]", weights.describe());
            for (int row = 0; row < 2 * 2 * 7; row++) {
                double sum = 0;
                boolean sees = false;
                for (int key = 0; key < 7; key++) {
                    int query = row % 7;
                    boolean seen = key < (row < 14 ? 7 : 4) && !(layer.others() && key == query)
                            && !(layer.causal() && key > query);
                    sees |= seen;
                    sum += weights.doubleAt(row * 7 + key);
                    assertEquals(seen, weights.doubleAt(row * 7 + key) > 0, layer + " row " + row + " key " + key);
                }
                assertEquals(sees ? 1 : 0, sum, 1e-6);
            }
        }
    }

    @Test
    void forgetGatesBeginAsSaid() {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("x", DType.F32, BATCH, TIME, Dim.of(3));
        net.output("y", Lstm.of("l", 5).forgetBias(1).run(x).last());
        double[] bias = net.build().parameters().get("l.0.bias").toDoubles();
        for (int i = 0; i < 40; i++) {
            boolean forget = i % 20 / 5 == 2;
            assertEquals(forget && i < 20 ? 1 : 0, forget ? bias[i] : 0, "bias " + i);
            assertEquals(forget, Math.abs(bias[i]) == 1 || bias[i] == 0, "bias " + i);
        }
        assertThrows(IllegalArgumentException.class, () -> Gru.of("g", 5).forgetBias(1));
    }

    @Test
    void images() {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("x", DType.F32, BATCH, Dim.of(9), Dim.of(8), Dim.of(4));
        Tensor y = x.then(Conv2d.of("c", 6, 3, 3).same().relu())
                .then(Pooling.max(2, 2))
                .then(Conv2d.of("depthwise", 6, 3, 2).groups(6).stride(2))
                .then(BatchNorm.of("norm"));
        net.output("y", y.mergeAxes(1).mergeAxes(1).then(Dense.of("d", 3)));
        Network network = net.build();
        assertEquals("f32[6, 4, 3, 3]", network.parameters().get("c.weight").describe());
        assertEquals("f32[6, 1, 3, 2]", network.parameters().get("depthwise.weight").describe());
        assertEquals("f32[2, 3]", new GraphRun(network.inference()).with("x", GraphRun.numbers(2, 2, 9, 8, 4))
                .agreed().get("y").describe());
    }

    @Test
    void embeddings() {
        NetworkBuilder net = Network.builder(1);
        Embedding embedding = Embedding.of("e", 9, 5).padding(0);
        Tensor x = net.input("x", DType.I32, BATCH, TIME).then(embedding);
        net.output("y", x);
        net.output("scores", x.then(Dense.tied("scores", embedding)));
        Network network = net.build();
        assertEquals(List.of("e.table", "scores.bias"), List.copyOf(network.parameters().keySet()));
        Map<String, Literal> found =
                new GraphRun(network.inference()).with("x", new long[] {3, 0, 8, 1}, 1, 4).agreed();
        Literal table = network.parameters().get("e.table");
        for (int i = 0; i < 5; i++) {
            assertEquals(table.doubleAt(15 + i), found.get("y").doubleAt(i));
            assertEquals(0, found.get("y").doubleAt(5 + i));
        }
        assertEquals("f32[1, 4, 9]", found.get("scores").describe());
    }

    /** A window at a time with the states of the one before is the whole sequence. */
    @Test
    void statesCarry() {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("x", DType.F32, Dim.of(2), Dim.of(6), Dim.of(3));
        Recurrent lstm = Lstm.of("l", 4).layers(2);
        Recurrent.Result first = lstm.run(x.slice(1, 0, 4));
        net.output("whole", lstm.run(x).output());
        net.output("windows", Tensor.concat(1, first.output(),
                lstm.run(x.slice(1, 4, 6), null, first.states()).output()));
        Map<String, Literal> found =
                new GraphRun(net.build().inference()).with("x", GraphRun.numbers(5, 2, 6, 3)).agreed();
        GraphRun.close(found.get("whole"), found.get("windows"), 1e-6);
    }
}
