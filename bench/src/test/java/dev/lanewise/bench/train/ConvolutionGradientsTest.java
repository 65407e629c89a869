package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.network.BatchNorm;
import dev.lanewise.compiler.network.Conv1d;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.Layer;
import dev.lanewise.compiler.network.Pooling;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Gradients of convolutions, pooling and batch norm against PyTorch's autograd. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class ConvolutionGradientsTest {

    /** @param torch the layer with channels second, as PyTorch has them */
    private static void compare(Layer layer, BiFunction<TorchMath, NDArray, NDArray> torch, int... shape) {
        boolean sequence = shape.length == 3;
        LayerCase.compare(x -> x.then(layer), (math, x) -> {
            NDArray y = torch.apply(math, sequence ? x.transpose(0, 2, 1) : x.transpose(0, 3, 1, 2));
            return sequence ? y.transpose(0, 2, 1) : y.transpose(0, 2, 3, 1);
        }, shape);
    }

    @Test
    void ofSequences() {
        compare(Conv1d.of("c", 6, 3), (math, x) -> math.convolution("c", x, 1, 0, 1, 1), 2, 11, 4);
        compare(Conv1d.of("c", 17, 5).same(), (math, x) -> math.convolution("c", x, 1, 2, 1, 1), 3, 30, 20);
        compare(Conv1d.of("c", 6, 5).same().stride(2), (math, x) -> math.convolution("c", x, 2, 2, 1, 1), 2, 11, 4);
        compare(Conv1d.of("c", 8, 3).dilation(3), (math, x) -> math.convolution("c", x, 1, 0, 3, 1), 2, 19, 4);
        compare(Conv1d.of("c", 6, 3).groups(2), (math, x) -> math.convolution("c", x, 1, 0, 1, 2), 2, 11, 4);
        compare(Conv1d.of("c", 16, 3).groups(16).stride(2),
                (math, x) -> math.convolution("c", x, 2, 0, 1, 16), 2, 12, 16);
        compare(Conv1d.of("c", 6, 3).causal().dilation(2),
                (math, x) -> math.convolution("c", x, 1, 4, 2, 1).get(":,:,0:13"), 2, 13, 4);
    }

    @Test
    void ofImages() {
        compare(Conv2d.of("c", 6, 3, 3).same(), (math, x) -> math.convolution("c", x, 1, 1, 1, 1), 2, 9, 8, 4);
        compare(Conv2d.of("c", 20, 3, 3), (math, x) -> math.convolution("c", x, 1, 0, 1, 1), 1, 12, 7, 3);
        compare(Conv2d.of("c", 6, 3, 3).same().stride(2),
                (math, x) -> math.convolution("c", x, 2, 1, 1, 1), 2, 9, 7, 4);
        compare(Conv2d.of("c", 6, 3, 3).dilation(2), (math, x) -> math.convolution("c", x, 1, 0, 2, 1), 2, 9, 8, 4);
        compare(Conv2d.of("c", 8, 3, 3).groups(4), (math, x) -> math.convolution("c", x, 1, 0, 1, 4), 2, 9, 8, 4);
        compare(Conv2d.of("c", 16, 3, 3).groups(16).same(),
                (math, x) -> math.convolution("c", x, 1, 1, 1, 16), 2, 6, 5, 16);
        compare(Conv2d.of("c", 12, 1, 1), (math, x) -> math.convolution("c", x, 1, 0, 1, 1), 2, 5, 5, 18);
    }

    @Test
    void ofPooling() {
        compare(Pooling.max(3).stride(2), (math, x) -> x.getNDArrayInternal()
                .maxPool(TorchMath.shape(3), TorchMath.shape(2), TorchMath.shape(0), false), 2, 11, 4);
        compare(Pooling.mean(2, 2), (math, x) -> x.getNDArrayInternal()
                .avgPool(TorchMath.shape(2, 2), TorchMath.shape(2, 2), TorchMath.shape(0, 0), false, false),
                2, 8, 6, 20);
    }

    @Test
    void ofBatchNorm() {
        compare(BatchNorm.of("n"), ConvolutionGradientsTest::batchNorm, 3, 9, 4);
        compare(BatchNorm.of("n"), ConvolutionGradientsTest::batchNorm, 2, 5, 6, 17);
    }

    private static NDArray batchNorm(TorchMath math, NDArray x) {
        // DJL's momentum is the share that stays
        return x.getNDArrayInternal().batchNorm(x, math.weight("n.mean"), math.weight("n.variance"),
                math.weight("n.weight"), math.weight("n.bias"), 1, 0.9f, 1e-5f, true).get(0);
    }
}
