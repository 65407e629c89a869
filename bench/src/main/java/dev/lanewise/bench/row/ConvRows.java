package dev.lanewise.bench.row;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chains of nine equal convolutions, each with bias and ReLU and as many outputs as inputs: in a chain a
 * runtime's change of layout is paid once, as in a network.
 */
final class ConvRows {

    private static final int LAYERS = 9;

    /**
     * A layer.
     *
     * @param kernel extents of the filter: one for time, two for an image
     * @param image extents that the filter moves over
     */
    private record Layer(String name, int channels, int groups, int[] kernel, int[] image, double least) {}

    private static final List<Layer> CHAINS = List.of(
            new Layer("depthwise 3×3, 64 channels, 48×48", 64, 64, new int[] {3, 3}, new int[] {48, 48}, 1.25),
            new Layer("pointwise 64→64, 48×48", 64, 1, new int[] {1, 1}, new int[] {48, 48}, 1),
            new Layer("3×3 64→64, 32×32", 64, 1, new int[] {3, 3}, new int[] {32, 32}, 1),
            new Layer("1-D k=3 64→64, 100 steps", 64, 1, new int[] {3}, new int[] {100}, 1.5),
            new Layer("1-D k=5 64→64, 100 steps", 64, 1, new int[] {5}, new int[] {100}, 1.5));

    private ConvRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (Layer layer : CHAINS) {
            rows.add(new Row(Suite.CONV, "9 × " + layer.name, layer.least, Row.Against.BEST, () -> work(layer)));
        }
        return rows;
    }

    private static ModelWork work(Layer layer) {
        int rank = layer.kernel.length;
        int[] shape = concat(new int[] {1, layer.channels}, layer.image);
        int[] filter = concat(new int[] {layer.channels, layer.channels / layer.groups}, layer.kernel);
        float range = (float) Math.sqrt(6.0 * layer.channels / Feed.size(filter)); // He: activations keep their size
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", shape);
        List<float[]> weights = new ArrayList<>();
        long[] pads = new long[2 * rank];
        for (int i = 0; i < 2 * rank; i++) {
            pads[i] = layer.kernel[i % rank] / 2;
        }
        for (int i = 0; i < LAYERS; i++) {
            float[] w = Feed.numbers(i, range, filter);
            float[] b = Feed.numbers(100 + i, 0.1f, layer.channels);
            weights.add(w);
            weights.add(b);
            String y = graph.node("Conv", x, graph.weight(w, filter), graph.weight(b, layer.channels));
            graph.with("pads", pads).withInt("group", layer.groups);
            if (i == LAYERS - 1) {
                graph.named("Relu", List.of("y"), y);
            } else {
                x = graph.node("Relu", y);
            }
        }
        graph.output("y", shape);
        Feed feed = Feed.random("x", shape);
        return ModelWork.of(graph, List.of(feed), manager -> {
            NDArray image = Torch.array(manager, (float[]) feed.values(), shape);
            List<NDArray> parameters = new ArrayList<>();
            for (int i = 0; i < LAYERS; i++) {
                parameters.add(Torch.array(manager, weights.get(2 * i), filter));
                parameters.add(Torch.array(manager, weights.get(2 * i + 1), layer.channels));
            }
            Shape one = shape(rank, i -> 1);
            Shape padding = shape(rank, i -> layer.kernel[i] / 2);
            return () -> {
                NDArray current = image;
                for (int i = 0; i < LAYERS; i++) {
                    NDArray sum = current.getNDArrayInternal()
                            .convolution(current, parameters.get(2 * i), parameters.get(2 * i + 1), one, padding, one,
                                    layer.groups)
                            .get(0);
                    NDArray next = sum.getNDArrayInternal().relu();
                    sum.close();
                    if (current != image) {
                        current.close();
                    }
                    current = next;
                }
                return new NDList(current);
            };
        });
    }

    private static Shape shape(int rank, java.util.function.IntToLongFunction extent) {
        long[] extents = new long[rank];
        Arrays.setAll(extents, extent);
        return new Shape(extents);
    }

    private static int[] concat(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
