package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Pooling;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.Map;
import java.util.Random;

/** Square images: twice a convolution 3 × 3, ReLU and a maximum of 2 × 2, then a dense layer to 10 classes. */
public final class ConvNet extends TrainedNet {

    private static final int CLASSES = 10;

    private final int batch;
    private final int side;
    private final int filters;

    /** @param filters of the first convolution; the second has twice as many */
    public ConvNet(int batch, int side, int filters) {
        this(batch, side, filters, "");
    }

    private ConvNet(int batch, int side, int filters, String frozen) {
        super(network(batch, side, filters), frozen);
        this.batch = batch;
        this.side = side;
        this.filters = filters;
    }

    /** Of which only the dense layer is trained. */
    public static ConvNet lastLayer(int batch, int side, int filters) {
        return new ConvNet(batch, side, filters, "conv.*");
    }

    private static Network network(int batch, int side, int filters) {
        NetworkBuilder net = Network.builder(SEED);
        Tensor scores = net.input("x", DType.F32, Dim.of(batch), Dim.of(side), Dim.of(side), Dim.of(1))
                .then(Conv2d.of("conv1", filters, 3, 3).same().relu()).then(Pooling.max(2, 2))
                .then(Conv2d.of("conv2", 2 * filters, 3, 3).same().relu()).then(Pooling.max(2, 2))
                .mergeAxes(1).mergeAxes(1)
                .then(Dense.of("scores", CLASSES));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net.build();
    }

    /** The label is where the brightest of 10 rows is, and noise hides it. */
    @Override
    Map<String, Literal> batch(Random random) {
        Literal labels = ids(random, CLASSES, batch);
        float[] x = numbers(random, batch, side, side, 1).floats();
        for (int b = 0; b < batch; b++) {
            int row = (int) labels.longAt(b) * side / CLASSES;
            for (int i = 0; i < side; i++) {
                x[(b * side + row) * side + i] += 1;
            }
        }
        return Map.of("x", Literal.of(x, batch, side, side, 1), "label", labels);
    }

    @Override
    public NDArray loss(TorchMath torch, Map<String, NDArray> values) {
        NDArray first = block(torch, "conv1", values.get("x").reshape(batch, 1, side, side));
        NDArray second = block(torch, "conv2", first);
        NDArray flat = second.transpose(0, 2, 3, 1).reshape(batch, 2L * filters * (side / 4) * (side / 4));
        return TorchMath.crossEntropy(torch.linear("scores", flat), values.get("label"));
    }

    private static NDArray block(TorchMath torch, String name, NDArray x) {
        NDArray relu = torch.convolution(name, x, 1, 1, 1, 1).getNDArrayInternal().relu();
        return relu.getNDArrayInternal()
                .maxPool(TorchMath.shape(2, 2), TorchMath.shape(2, 2), TorchMath.shape(0, 0), false);
    }
}
