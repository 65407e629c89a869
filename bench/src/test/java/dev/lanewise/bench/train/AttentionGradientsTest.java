package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.LayerNorm;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.RmsNorm;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Gradients of attention, its norms and embeddings against PyTorch's autograd. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class AttentionGradientsTest {

    @Test
    void ofNorms() {
        LayerCase.compare(x -> x.then(LayerNorm.of("n")), (math, x) -> math.layerNorm("n", x), 3, 9, 20);
        LayerCase.compare(x -> x.then(LayerNorm.of("n")), (math, x) -> math.layerNorm("n", x), 4, 65);
        LayerCase.compare(x -> x.then(RmsNorm.of("n")), (math, x) -> x
                .div(x.square().mean(new int[] {2}, true).add(1e-6).sqrt()).mul(math.weight("n.weight")), 3, 9, 20);
    }

    @Test
    void ofCausalAttention() {
        LayerCase.compare(x -> x.then(MultiHeadAttention.of("a", 4).causally()),
                (math, x) -> math.attention("a", 4, x, x, math.causalMask(9)), 2, 9, 16);
        LayerCase.compare(x -> x.then(MultiHeadAttention.of("a", 2).causally()),
                (math, x) -> math.attention("a", 2, x, x, math.causalMask(33)), 1, 33, 40);
    }

    /** More steps than a block of keys or a strip of queries has; heads of 24, 10, 64. */
    @Test
    void ofLongSequences() {
        LayerCase.compare(x -> x.then(MultiHeadAttention.of("a", 2)),
                (math, x) -> math.attention("a", 2, x, x, null), 2, 150, 48);
        LayerCase.compare(x -> x.then(MultiHeadAttention.of("a", 3).causally()),
                (math, x) -> math.attention("a", 3, x, x, math.causalMask(130)), 2, 130, 30);
        LayerCase.compare(x -> x.then(MultiHeadAttention.of("a", 1).causally()),
                (math, x) -> math.attention("a", 1, x, x, math.causalMask(97)), 1, 97, 64);
    }

    /** Queries of one sequence see keys of another, as far as each sequence's length. */
    @Test
    void ofAttentionToSequencesOfDifferentLengths() {
        ofAttention(2, 8, 7, 9, 9, 5);
        ofAttention(4, 32, 3, 40, 1, 40, 17);
        ofAttention(2, 40, 70, 140, 140, 64, 3);
    }

    private static void ofAttention(int heads, int size, int queries, int steps, long... lengths) {
        NetworkBuilder net = Network.builder(5);
        Dim batch = Dim.upTo("batch", 8);
        Tensor query = net.input("query", DType.F32, batch, Dim.of(queries), Dim.of(6)).then(Dense.of("from", size));
        Tensor memory = net.input("memory", DType.F32, batch, Dim.of(steps), Dim.of(6)).then(Dense.of("to", size + 3));
        Tensor y = MultiHeadAttention.of("a", heads).attend(query, memory, net.input("lengths", DType.I32, batch));
        net.output("y", y);
        net.loss("loss", MeanSquared.of()
                .mean(y, net.target("target", DType.F32, batch, Dim.of(queries), Dim.of(size))));
        Random random = new Random(size);
        Map<String, Literal> given = Map.of(
                "query", TrainedNet.numbers(random, lengths.length, queries, 6),
                "memory", TrainedNet.numbers(random, lengths.length, steps, 6),
                "target", TrainedNet.numbers(random, lengths.length, queries, size),
                "lengths", Literal.of(DType.I32, lengths, lengths.length));
        Gradients.compare(net.build(), given, (math, values) -> {
            NDArray q = math.linear("from", values.get("query"));
            NDArray m = math.linear("to", values.get("memory"));
            NDArray found = math.attention("a", heads, q, m, math.keyMask(steps, lengths));
            return found.sub(values.get("target")).square().mean();
        });
    }

    @Test
    void ofEncoderLayersOverDifferentLengths() {
        NetworkBuilder net = Network.builder(5);
        Dim batch = Dim.upTo("batch", 8);
        Dim time = Dim.upTo("time", 20);
        Tensor words = net.input("words", DType.I32, batch, time);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor y = TransformerEncoderLayer.of("e", 2, 24)
                .apply(words.then(Embedding.of("embedding", 12, 16).padding(0)), lengths);
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, batch, time, Dim.of(16)), lengths));
        Random random = new Random(1);
        long[] real = {11, 4, 1};
        Map<String, Literal> given = Map.of(
                "words", TrainedNet.ids(random, 12, 3, 11), "lengths", Literal.of(DType.I32, real, 3),
                "target", TrainedNet.numbers(random, 3, 11, 16));
        Gradients.compare(net.build(), given, (math, values) -> {
            NDArray found = math.encoderLayer("e", 2, math.embedding("embedding", values.get("words"), 0),
                    math.keyMask(11, real));
            return SequenceMath.meanSquared(found, values.get("target"), real);
        });
    }
}
