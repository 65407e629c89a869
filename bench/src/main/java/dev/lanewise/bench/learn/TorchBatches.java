package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A data set in memory, from which it makes PyTorch's batches: padded with zeros, labels with {@link #PADDED}. */
final class TorchBatches {

    static final String LABEL = "label";
    static final int PADDED = -1;

    private static final String LENGTHS = "lengths";

    private final List<Graph.Port> inputs;
    private final String lengthsOf;
    /** [example] values by input: {@code float[]} or {@code int[]}. */
    private final List<Map<String, Object>> examples;
    /** [example] its extents by symbol. */
    private final List<Map<String, Long>> extents;

    /**
     * @param graph whose inputs the data set feeds; the first axis of each is the batch's
     * @param lengthsOf the input whose lengths {@code lengths} takes; {@code null} where there is none
     */
    TorchBatches(Graph graph, Dataset data, String lengthsOf) {
        this.inputs = graph.inputs().stream().filter(port -> !port.name().equals(LENGTHS)).toList();
        this.lengthsOf = lengthsOf;
        this.examples = IntStream.range(0, data.size()).mapToObj(i -> values(data.get(i))).toList();
        this.extents = examples.stream().map(this::extents).toList();
    }

    int size() {
        return examples.size();
    }

    private Map<String, Object> values(Example example) {
        return inputs.stream().map(Graph.Port::name).collect(Collectors.toMap(name -> name,
                name -> isFloat(name) ? example.copyOfFloats(name) : example.copyOfInts(name)));
    }

    private boolean isFloat(String name) {
        return port(name).value().type().type() == DType.F32;
    }

    private Graph.Port port(String name) {
        return inputs.stream().filter(port -> port.name().equals(name)).findFirst().orElseThrow();
    }

    private static int size(Object values) {
        return values instanceof float[] floats ? floats.length : ((int[]) values).length;
    }

    private static List<Dim> inner(Graph.Port port) {
        List<Dim> shape = port.value().shape();
        return shape.subList(1, shape.size());
    }

    /** From how many values there are; an input with two lengths waits for another one to tell one of them. */
    private Map<String, Long> extents(Map<String, Object> values) {
        Map<String, Long> known = new HashMap<>();
        for (int round = 0; round < inputs.size(); round++) {
            for (Graph.Port port : inputs) {
                List<Dim> open = inner(port).stream()
                        .filter(dim -> !dim.isConstant() && !known.containsKey(dim.asSymbol().name()))
                        .distinct()
                        .toList();
                if (open.size() == 1) {
                    long rest = inner(port).stream()
                            .filter(dim -> !dim.equals(open.get(0)))
                            .mapToLong(dim -> dim.evaluate(known))
                            .reduce(1, (a, b) -> a * b);
                    known.put(open.get(0).asSymbol().name(), size(values.get(port.name())) / rest);
                }
            }
        }
        return known;
    }

    /** The batch of some examples, by input. */
    Map<String, NDArray> batch(NDManager manager, int... which) {
        Map<String, Long> most = new HashMap<>();
        for (int example : which) {
            extents.get(example).forEach((symbol, extent) -> most.merge(symbol, extent, Math::max));
        }
        Map<String, NDArray> batch = new LinkedHashMap<>();
        for (Graph.Port port : inputs) {
            batch.put(port.name(), padded(manager, port, most, which));
        }
        if (lengthsOf != null) {
            String symbol = inner(port(lengthsOf)).stream().filter(dim -> !dim.isConstant()).findFirst().orElseThrow()
                    .asSymbol().name();
            long[] lengths = IntStream.of(which).mapToLong(example -> extents.get(example).get(symbol)).toArray();
            batch.put(LENGTHS, manager.create(lengths));
        }
        return batch;
    }

    private NDArray padded(NDManager manager, Graph.Port port, Map<String, Long> most, int... which) {
        int[] shape = IntStream.concat(IntStream.of(which.length),
                        inner(port).stream().mapToInt(dim -> Math.toIntExact(dim.evaluate(most))))
                .toArray();
        int each = IntStream.of(shape).skip(1).reduce(1, (a, b) -> a * b);
        double[] all = new double[which.length * each];
        Arrays.fill(all, port.name().equals(LABEL) ? PADDED : 0);
        for (int row = 0; row < which.length; row++) {
            Map<String, Long> own = extents.get(which[row]);
            int[] extent = inner(port).stream().mapToInt(dim -> Math.toIntExact(dim.evaluate(own))).toArray();
            Object values = examples.get(which[row]).get(port.name());
            for (int i = 0; i < size(values); i++) {
                all[row * each + place(i, extent, shape)] =
                        values instanceof float[] floats ? floats[i] : ((int[]) values)[i];
            }
        }
        if (isFloat(port.name())) {
            float[] floats = new float[all.length];
            for (int i = 0; i < all.length; i++) {
                floats[i] = (float) all[i];
            }
            return manager.create(floats, TorchMath.shape(shape));
        }
        return manager.create(Arrays.stream(all).mapToLong(value -> (long) value).toArray(),
                TorchMath.shape(shape));
    }

    /** Where an element of an example of its own extents lies in one of {@code padded[1...]}. */
    private static int place(int index, int[] extent, int... padded) {
        int place = 0;
        int stride = 1;
        for (int axis = extent.length - 1; axis >= 0; axis--) {
            place += index % extent[axis] * stride;
            index /= extent[axis];
            stride *= padded[axis + 1];
        }
        return place;
    }
}
