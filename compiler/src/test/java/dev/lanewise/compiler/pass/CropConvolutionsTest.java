package dev.lanewise.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Convolutions compute what the pooling behind them looks at, and the pooling's result stays what it was. */
class CropConvolutionsTest {

    private final Random random = new Random(1);
    private final GraphBuilder builder = new GraphBuilder();
    private final Value x = builder.input("x", ValueType.of(DType.F32, 1, 14, 13, 2));

    private static List<Integer> two(int number) {
        return Collections.nCopies(2, number);
    }

    private Value conv(int stride, int pad) {
        return builder.add(
                "conv", new Conv(1, two(stride), two(1), two(pad), two(pad), Epilogue.NONE), x,
                builder.constant("w", random(3, 2, 5, 5)), builder.constant("b", random(3)));
    }

    private Value pool(Pool.Kind kind, Value of, int kernel, int stride, int padBefore, int padAfter, boolean ceil) {
        return builder.add(
                "pool",
                new Pool(kind, two(kernel), two(stride), two(1), two(padBefore), two(padAfter), ceil,
                        kind == Pool.Kind.AVERAGE),
                of);
    }

    private Literal random(int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Literal.of(values, shape);
    }

    /** Requires that the convolution computes so many rows and columns, and all outputs are what they were. */
    private void assertImage(long height, long width, Value... outputs) {
        for (int i = 0; i < outputs.length; i++) {
            builder.output("y" + i, outputs[i]);
        }
        Graph graph = builder.build();
        Graph result = Passes.run(graph, CompileOptions.defaults(), new ArrayList<>());
        List<Node> convolutions =
                result.nodes().stream().filter(node -> node.op() instanceof Conv).toList();
        assertEquals(1, convolutions.size());
        List<Dim> shape = convolutions.get(0).output().shape();
        assertEquals(List.of(Dim.of(height), Dim.of(width)), shape.subList(1, 3));
        Literal image = random(1, 14, 13, 2);
        List<double[]> expected = evaluate(graph, image);
        List<double[]> found = evaluate(result, image);
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
    void rowsAndColumns() {
        assertImage(12, 12, pool(Pool.Kind.MAX, conv(1, 2), 3, 3, 0, 0, false));
    }

    @Test
    void average() {
        assertImage(14, 11, pool(Pool.Kind.AVERAGE, conv(1, 2), 3, 3, 1, 0, false));
    }

    /** One row of padding is gone, the second unused row stands beside none. */
    @Test
    void noMoreThanItsPadding() {
        assertImage(11, 10, pool(Pool.Kind.MAX, conv(1, 1), 5, 5, 0, 0, false));
    }

    /** 7 × 7 outputs, of which windows reach 6: one less needs two rows of padding less. */
    @Test
    void strides() {
        assertImage(6, 6, pool(Pool.Kind.MAX, conv(2, 2), 2, 2, 0, 0, false));
    }

    @Test
    void whatIsUsed() {
        assertImage(14, 13, pool(Pool.Kind.MAX, conv(1, 2), 3, 3, 0, 0, true));
    }

    @Test
    void whatStandsBesidePadding() {
        assertImage(14, 13, pool(Pool.Kind.MAX, conv(1, 2), 3, 3, 0, 2, false));
    }

    @Test
    void whatOthersUse() {
        Value y = conv(1, 2);
        assertImage(14, 13, pool(Pool.Kind.MAX, y, 3, 3, 0, 0, false), y);
    }
}
