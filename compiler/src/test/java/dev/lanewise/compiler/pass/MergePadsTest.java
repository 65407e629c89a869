package dev.lanewise.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Padding before a pooling becomes the pooling's own only where that computes the same. */
class MergePadsTest {

    /** A window of two, every two, over x [1, frames, 1] with one element behind it that takes no part. */
    private static Graph padded(Pool.Kind kind, int frames, boolean ceil) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.F32, 1, frames, 1));
        Value value = builder.constant(
                "value", Literal.scalar(kind == Pool.Kind.MAX ? Float.NEGATIVE_INFINITY : 0f));
        Pad pad = new Pad(Pad.Mode.CONSTANT, List.of(Dim.ZERO, Dim.ZERO, Dim.ZERO),
                List.of(Dim.ZERO, Dim.ONE, Dim.ZERO));
        List<Integer> none = List.of(0);
        Pool pool = new Pool(kind, List.of(2), List.of(2), List.of(1), none, none, ceil, true);
        builder.output("y", builder.add("pool", pool, builder.add("pad", pad, x, value)));
        return builder.build();
    }

    /** Requires {@code y} [windows] of the frames 1, 2, ..., of a graph of so many nodes after the passes. */
    private static void assertPools(Pool.Kind kind, int frames, boolean ceil, int nodes, double... y) {
        float[] x = new float[frames];
        for (int t = 0; t < frames; t++) {
            x[t] = t + 1;
        }
        Graph graph = padded(kind, frames, ceil);
        Graph result = Passes.run(graph, CompileOptions.defaults(), new ArrayList<>());
        assertEquals(nodes, result.nodes().size(), result.nodes().toString());
        assertArrayEquals(y, evaluate(graph, Literal.of(x, 1, frames, 1)));
        assertArrayEquals(y, evaluate(result, Literal.of(x, 1, frames, 1)));
    }

    /** In doubles, by the operations' references. */
    private static double[] evaluate(Graph graph, Literal x) {
        Map<Value, Literal> values = new HashMap<>();
        values.put(graph.inputs().get(0).value(), x);
        graph.evaluate(values, Map.of());
        return values.get(graph.outputs().get(0).value()).toDoubles();
    }

    @Test
    void wholeWindows() {
        assertPools(Pool.Kind.AVERAGE, 4, false, 1, 1.5, 3.5);
        assertPools(Pool.Kind.AVERAGE, 5, false, 1, 1.5, 3.5, 2.5);
        assertPools(Pool.Kind.MAX, 4, false, 1, 2, 4);
        assertPools(Pool.Kind.MAX, 5, false, 1, 2, 4, 5);
    }

    /** A window that begins in padding gives an output only where the padding is elements of the input. */
    @Test
    void windowsThatAreCutOff() {
        assertPools(Pool.Kind.AVERAGE, 4, true, 2, 1.5, 3.5, 0);
        assertPools(Pool.Kind.AVERAGE, 5, true, 2, 1.5, 3.5, 2.5);
        assertPools(Pool.Kind.MAX, 4, true, 2, 2, 4, Double.NEGATIVE_INFINITY);
        assertPools(Pool.Kind.MAX, 5, true, 2, 2, 4, 5);
    }
}
