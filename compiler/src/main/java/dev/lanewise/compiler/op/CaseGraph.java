package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An {@link OpCase} as a graph of one node, with its generated inputs: what tests and benchmarks run.
 *
 * @param graph outputs {@code y0}, {@code y1}, …
 * @param inputs what each input of the graph is given, in the graph's order
 */
public record CaseGraph(Graph graph, Map<Value, Literal> inputs) {

    /** With all extents numbers. */
    public static CaseGraph of(OpCase opCase) {
        return of(opCase, 0);
    }

    /**
     * With a symbol.
     *
     * @param symbol an extent of the inputs given at run time that becomes the symbol {@code T}, with
     *     room above it; 0 to keep all extents numbers
     */
    public static CaseGraph of(OpCase opCase, int symbol) {
        GraphBuilder builder = new GraphBuilder();
        Map<Value, Literal> inputs = new LinkedHashMap<>();
        List<Value> operands = new ArrayList<>();
        for (OpCase.Input input : opCase.inputs()) {
            String name = "x" + operands.size();
            if (input.type() == null) {
                operands.add(null);
            } else if (input.literal() != null) {
                operands.add(builder.constant(name, input.literal()));
            } else {
                Value value = builder.input(name, loosen(input.type(), symbol));
                operands.add(value);
                inputs.put(value, generate(input, operands.size()));
            }
        }
        List<Value> results = builder.addAll("node", opCase.op(), operands);
        for (int i = 0; i < results.size(); i++) {
            builder.output("y" + i, results.get(i));
        }
        return new CaseGraph(builder.build(), inputs);
    }

    private static ValueType loosen(ValueType type, int extent) {
        if (extent == 0) {
            return type;
        }
        return new ValueType(
                type.type(),
                type.shape().stream().map(dim -> dim.is(extent) ? Dim.symbol("T", 1, extent + 5L) : dim).toList());
    }

    private static Literal generate(OpCase.Input input, int seed) {
        Random random = new Random(seed);
        int[] shape = input.type().extents();
        double[] values = new double[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            double value = input.low() + random.nextDouble() * (input.high() - input.low());
            values[i] = input.type().type().isFloating() ? value : Math.floor(value);
        }
        return Literal.of(input.type().type(), values, shape);
    }
}
