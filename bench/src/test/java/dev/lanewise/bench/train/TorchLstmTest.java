package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch's LSTM over a padded batch is what it is over each sequence by itself: losses and gradients. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class TorchLstmTest {

    private static final long[] LENGTHS = {5, 12, 1, 8};

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outputsAndLastStatesAreThoseOfPackedSequences(boolean both) {
        NetworkBuilder net = Network.builder(5);
        Dim batch = Dim.upTo("batch", 4);
        Dim time = Dim.upTo("time", 12);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor x = net.input("x", DType.F32, batch, time, Dim.of(6)).then(Dense.of("in", 5));
        Recurrent layer = both ? Lstm.of("r", 7).bidirectional() : Lstm.of("r", 7);
        Recurrent.Result result = layer.run(x, lengths);
        int size = both ? 14 : 7;
        net.output("y", result.output());
        Tensor target = net.target("target", DType.F32, batch, time, Dim.of(size));
        Tensor end = net.target("end", DType.F32, batch, Dim.of(size));
        net.loss("loss", MeanSquared.of().mean(result.output(), target, lengths)
                .plus(MeanSquared.of().mean(result.last(), end)));
        Random random = new Random(3);
        Map<String, Literal> given = Map.of(
                "x", TrainedNet.numbers(random, 4, 12, 6),
                "target", TrainedNet.numbers(random, 4, 12, size),
                "end", TrainedNet.numbers(random, 4, size),
                "lengths", Literal.of(DType.I32, LENGTHS, 4));
        Gradients.compare(net.build(), given, (math, values) -> {
            NDArray in = math.linear("in", values.get("x"));
            TorchLstm lstm = new TorchLstm(math, "r", 7, both);
            NDArray outputs = SequenceMath.meanSquared(
                    lstm.outputs(in, values.get("lengths")), values.get("target"), LENGTHS);
            NDArray last = lstm.last(in, values.get("lengths")).sub(values.get("end")).square().mean();
            return outputs.add(last);
        });
    }
}
