package dev.lanewise.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.DepthwisePlanes;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Depthwise convolutions compute on planes where that spares transposes, and nowhere else. */
class DepthwisePlanesTest {

    private static final int CHANNELS = 4;

    private final Random random = new Random(1);
    private final GraphBuilder builder = new GraphBuilder();

    private Value planes(int width) {
        return builder.input("x", ValueType.of(DType.F32, 1, CHANNELS, 5, width));
    }

    /** A convolution as importers write it: planes in and out. */
    private Value conv(Value x, int group, int kernel, int stride) {
        List<Integer> ones = Collections.nCopies(2, 1);
        List<Integer> pads = Collections.nCopies(2, kernel / 2);
        Conv conv = new Conv(group, Collections.nCopies(2, stride), ones, pads, pads, Epilogue.NONE);
        Value last = builder.add("last", Transpose.of(0, 2, 3, 1), x);
        Value y = builder.add(
                "conv", conv, last, constant(CHANNELS, CHANNELS / group, kernel, kernel), constant(CHANNELS));
        return builder.add("relu", Unary.of(UnaryFn.RELU), builder.add("first", Transpose.of(0, 3, 1, 2), y));
    }

    private Value depthwise(Value x) {
        return conv(x, CHANNELS, 3, 1);
    }

    private Value constant(int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return builder.constant("w", Literal.of(values, shape));
    }

    /** Requires that the passes leave so many of each, no other operations, and the output as it was. */
    private void assertLeft(int planes, int convolutions, int transposes, int others, Value output) {
        builder.output("y", output);
        Graph graph = builder.build();
        Graph result = Passes.run(graph, CompileOptions.defaults(), new ArrayList<>());
        String found = result.nodes().toString();
        assertEquals(planes, count(result, DepthwisePlanes.class), found);
        assertEquals(convolutions, count(result, Conv.class), found);
        assertEquals(transposes, count(result, Transpose.class), found);
        assertEquals(planes + convolutions + transposes + others, result.nodes().size(), found);
        int[] shape = graph.inputs().get(0).value().shape().stream().mapToInt(dim -> (int) dim.constant()).toArray();
        float[] image = new float[Literal.size(shape)];
        for (int i = 0; i < image.length; i++) {
            image[i] = random.nextFloat() - 0.5f;
        }
        assertArrayEquals(evaluate(graph, Literal.of(image, shape)), evaluate(result, Literal.of(image, shape)));
    }

    private static long count(Graph graph, Class<? extends Op> op) {
        return graph.nodes().stream().filter(node -> op.isInstance(node.op())).count();
    }

    private static double[] evaluate(Graph graph, Literal image) {
        Map<Value, Literal> values = new HashMap<>();
        values.put(graph.inputs().get(0).value(), image);
        graph.evaluate(values, Map.of());
        return values.get(graph.outputs().get(0).value()).toDoubles();
    }

    @Test
    void betweenPlanes() {
        assertLeft(2, 0, 0, 0, depthwise(depthwise(planes(17))));
    }

    @Test
    void aroundASum() {
        Value a = depthwise(planes(20));
        Value sum = builder.add("sum", new Binary(BinaryFn.ADD), a, depthwise(a));
        assertLeft(3, 0, 0, 1, depthwise(sum));
    }

    @Test
    void notBesideAnotherConvolution() {
        assertLeft(0, 2, 2, 0, depthwise(conv(planes(20), 1, 1, 1)));
    }

    @Test
    void notInNarrowRows() {
        assertLeft(0, 2, 2, 0, depthwise(depthwise(planes(16))));
    }

    @Test
    void notByOtherFilters() {
        assertLeft(0, 2, 2, 0, conv(conv(planes(70), CHANNELS, 5, 1), CHANNELS, 3, 2));
    }
}
