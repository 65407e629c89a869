package dev.lanewise.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Products followed by arithmetic per channel become one node that computes the same. */
class FoldAffineTest {

    private final Random random = new Random(1);

    private Literal random(int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() + 0.5f;
        }
        return Literal.of(values, shape);
    }

    /** relu(((y · s + t) / u − v) as channels first), s and t as a foreign layout has them. */
    private Graph normalised(GraphBuilder builder, Value product, int channels) {
        Value first = builder.add("first", Transpose.of(0, 2, 1), product);
        Value y = first;
        BinaryFn[] fns = {BinaryFn.MUL, BinaryFn.ADD, BinaryFn.DIV, BinaryFn.SUB};
        for (BinaryFn fn : fns) {
            y = builder.add(fn.name(), new Binary(fn), y, builder.constant("c", random(1, channels, 1)));
        }
        Value last = builder.add("last", Transpose.of(0, 2, 1), builder.add("relu", Unary.of(UnaryFn.RELU), y));
        builder.output("y", last);
        return builder.build();
    }

    private void requireOneNode(Graph graph, Literal x) {
        Graph folded = Passes.run(graph, CompileOptions.defaults(), new ArrayList<>());
        assertEquals(1, folded.nodes().size(), folded.nodes().toString());
        assertArrayEquals(evaluate(graph, x), evaluate(folded, x), 1e-5);
    }

    private static double[] evaluate(Graph graph, Literal x) {
        Map<Value, Literal> values = new HashMap<>();
        values.put(graph.inputs().get(0).value(), x);
        graph.evaluate(values, Map.of());
        return values.get(graph.outputs().get(0).value()).toDoubles();
    }

    @Test
    void convolution() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.F32, 1, 6, 3));
        Conv conv = new Conv(1, List.of(1), List.of(1), List.of(1), List.of(1), Epilogue.NONE);
        Value y = builder.add(
                "conv", conv, x, builder.constant("w", random(4, 3, 3)), builder.constant("b", random(4)));
        requireOneNode(normalised(builder, y, 4), random(1, 6, 3));
    }

    @Test
    void products() {
        for (boolean transB : new boolean[] {false, true}) {
            GraphBuilder builder = new GraphBuilder();
            Value x = builder.input("x", ValueType.of(DType.F32, 1, 6, 3));
            Value w = builder.constant("w", transB ? random(5, 3) : random(3, 5));
            Value y = builder.add("product", new MatMul(transB, Epilogue.NONE), x, w);
            requireOneNode(normalised(builder, y, 5), random(1, 6, 3));
        }
    }
}
