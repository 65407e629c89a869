package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * A layer between a dense one, whose gradients need the layer's by its input, and the mean squared distance of its
 * result from numbers. The dense one has no bias, whose gradient a batch norm makes 0.
 */
final class LayerCase {

    private static final int FEATURES = 5;

    private LayerCase() {}

    /**
     * Compares gradients with PyTorch's.
     *
     * @param shape of what the layer reads, channels last
     * @param torch the layer, channels last as well
     */
    static void compare(UnaryOperator<Tensor> layer, BiFunction<TorchMath, NDArray, NDArray> torch, int... shape) {
        NetworkBuilder net = Network.builder(11);
        int[] given = shape.clone();
        given[given.length - 1] = FEATURES;
        Tensor x = net.input("x", DType.F32, Arrays.stream(given).mapToObj(Dim::of).toArray(Dim[]::new));
        Tensor y = layer.apply(x.then(Dense.of("in", shape[shape.length - 1]).withoutBias()));
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, y.shape().toArray(Dim[]::new))));
        Random random = new Random(Arrays.hashCode(shape));
        int[] result = y.shape().stream().mapToInt(dim -> (int) dim.max()).toArray();
        Map<String, Literal> batch = Map.of(
                "x", TrainedNet.numbers(random, given), "target", TrainedNet.numbers(random, result));
        Gradients.compare(net.build(), batch, (math, values) -> {
            NDArray found = torch.apply(math, math.linear("in", values.get("x")));
            return found.sub(values.get("target")).square().mean();
        });
    }
}
