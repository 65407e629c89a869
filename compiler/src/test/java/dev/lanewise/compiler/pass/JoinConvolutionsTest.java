package dev.lanewise.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Convolutions of one image by few channels each become one, and compute the same. */
class JoinConvolutionsTest {

    private static final Epilogue RELU = Epilogue.of(UnaryFn.RELU, 0, 0);

    private final Random random = new Random(1);
    private final GraphBuilder builder = new GraphBuilder();
    private final Value x = builder.input("x", ValueType.of(DType.F32, 1, 5, 4, 6));

    private Value conv(Value from, int group, int kernel, Epilogue epilogue, int channels) {
        List<Integer> ones = Collections.nCopies(2, 1);
        List<Integer> pads = Collections.nCopies(2, kernel / 2);
        int in = (int) from.dim(3).constant() / group;
        return builder.add(
                "conv", new Conv(group, ones, ones, pads, pads, epilogue), from,
                constant(channels, in, kernel, kernel), constant(channels));
    }

    private Value constant(int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return builder.constant("w", Literal.of(values, shape));
    }

    /** Requires that the passes leave so many convolutions of what was built, and all outputs as they were. */
    private void assertConvolutions(int count, Value... outputs) {
        for (int i = 0; i < outputs.length; i++) {
            builder.output("y" + i, outputs[i]);
        }
        Graph graph = builder.build();
        Graph result = Passes.run(graph, CompileOptions.defaults(), new ArrayList<>());
        assertEquals(
                count, result.nodes().stream().filter(node -> node.op() instanceof Conv).count(),
                result.nodes().toString());
        float[] image = new float[5 * 4 * 6];
        for (int i = 0; i < image.length; i++) {
            image[i] = random.nextFloat() - 0.5f;
        }
        List<double[]> expected = evaluate(graph, Literal.of(image, 1, 5, 4, 6));
        List<double[]> found = evaluate(result, Literal.of(image, 1, 5, 4, 6));
        for (int i = 0; i < outputs.length; i++) {
            assertArrayEquals(expected.get(i), found.get(i), "output " + i);
        }
    }

    private static List<double[]> evaluate(Graph graph, Literal image) {
        Map<Value, Literal> values = new HashMap<>();
        values.put(graph.inputs().get(0).value(), image);
        graph.evaluate(values, Map.of());
        return graph.outputs().stream().map(port -> values.get(port.value()).toDoubles()).toList();
    }

    @Test
    void heads() {
        assertConvolutions(
                1, conv(x, 1, 1, Epilogue.NONE, 1), conv(x, 1, 1, Epilogue.NONE, 4),
                conv(x, 1, 1, Epilogue.NONE, 10));
    }

    @Test
    void headsWithDepthwiseConvolutionsBehindThem() {
        Value a = conv(x, 1, 1, Epilogue.NONE, 1);
        Value b = conv(x, 1, 1, Epilogue.NONE, 4);
        assertConvolutions(2, conv(a, 1, 3, RELU, 1), conv(b, 4, 3, RELU, 4));
    }

    @Test
    void whatIsUsedElsewhereIsThereAsWell() {
        Value a = conv(x, 1, 1, Epilogue.NONE, 2);
        Value b = conv(x, 1, 1, Epilogue.NONE, 4);
        assertConvolutions(3, a, conv(a, 2, 3, RELU, 2), conv(b, 4, 3, RELU, 4));
    }

    @Test
    void unlikeOnesStayApart() {
        assertConvolutions(
                4, conv(x, 1, 1, Epilogue.NONE, 3), conv(x, 1, 1, RELU, 3), conv(x, 1, 3, Epilogue.NONE, 3),
                conv(x, 1, 1, Epilogue.NONE, 40));
    }

    @Test
    void noMoreThanFillTheLanes() {
        assertConvolutions(
                2, conv(x, 1, 1, Epilogue.NONE, 15), conv(x, 1, 1, Epilogue.NONE, 15),
                conv(x, 1, 1, Epilogue.NONE, 15), conv(x, 1, 1, Epilogue.NONE, 15));
    }
}
