package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** What a graph computes of some inputs: by the references of its operations, and compiled, read back and run. */
public final class GraphRun {

    private final Graph graph;
    private final Map<String, Literal> inputs = new LinkedHashMap<>();

    public GraphRun(Graph graph) {
        this.graph = graph;
    }

    public GraphRun with(String input, Literal literal) {
        inputs.put(input, literal);
        return this;
    }

    public GraphRun with(String input, float[] values, int... shape) {
        return with(input, Literal.of(values, shape));
    }

    public GraphRun with(String input, long[] values, int... shape) {
        return with(input, Literal.of(DType.I32, values, shape));
    }

    /** Seeded numbers of f32 in [-1, 1). */
    public static Literal numbers(int seed, int... shape) {
        Random random = new Random(seed);
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return Literal.of(values, shape);
    }

    /** Seeded ids from 0 to below {@code most}. */
    public static Literal ids(int seed, int most, int... shape) {
        return Literal.of(DType.I32, new Random(seed).longs(Literal.size(shape), 0, most).toArray(), shape);
    }

    /** By the references, in double precision between operations' f32 results. */
    public Map<String, Literal> reference() {
        Map<Value, Literal> values = new HashMap<>();
        Map<String, Long> symbols = new HashMap<>();
        for (Graph.Port port : graph.inputs()) {
            Literal literal = inputs.get(port.name());
            values.put(port.value(), literal);
            for (int axis = 0; axis < literal.rank(); axis++) {
                Dim.Symbol symbol = port.value().dim(axis).asSymbol();
                if (symbol != null) {
                    symbols.put(symbol.name(), (long) literal.extent(axis));
                }
            }
        }
        graph.evaluate(values, symbols);
        Map<String, Literal> outputs = new LinkedHashMap<>();
        graph.outputs().forEach(port -> outputs.put(
                port.name(), port.value().isConstant() ? port.value().constant() : values.get(port.value())));
        return outputs;
    }

    /** By a model file. */
    public Map<String, Literal> compiled() {
        byte[] bytes =
                Compiler.compile("network", graph, CompileOptions.defaults().autoState(false)).file().toBytes();
        Model model = Model.of(
                ModelFile.read("network.lane", bytes), LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
        Session session = model.newSession();
        inputs.forEach((name, literal) -> {
            session.input(name).setShape(literal.shape());
            Elements.decode(session.input(name), ByteBuffer.wrap(literal.encode()));
        });
        session.run();
        Map<String, Literal> outputs = new LinkedHashMap<>();
        for (Graph.Port port : graph.outputs()) {
            var tensor = session.output(port.name());
            outputs.put(port.name(),
                    Literal.decode(tensor.type(), ByteBuffer.wrap(Elements.encode(tensor)), tensor.shape()));
        }
        return outputs;
    }

    /** Compiled, and found to agree with the references. */
    public Map<String, Literal> agreed() {
        Map<String, Literal> found = compiled();
        reference().forEach((name, expected) -> close(expected, found.get(name), 1e-5));
        return found;
    }

    /** Within {@code tolerance} of the largest element. */
    public static void close(Literal expected, Literal found, double tolerance) {
        assertEquals(expected.describe(), found.describe());
        double largest = 1e-3;
        for (double value : expected.toDoubles()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.doubleAt(i), found.doubleAt(i), tolerance * largest, "element " + i);
        }
    }
}
