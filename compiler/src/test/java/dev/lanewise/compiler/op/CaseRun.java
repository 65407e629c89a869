package dev.lanewise.compiler.op;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One {@link OpCase} as a model of one node: compiled and run on chosen kernels, and computed by the
 * operation's reference from the same inputs.
 */
final class CaseRun {

    private final Graph graph;
    private final Compiled compiled;
    private final Map<Value, Literal> given = new HashMap<>();
    private final List<Literal> inputs = new ArrayList<>();
    private final Map<String, Long> symbols;

    /**
     * @param symbol an extent of the inputs given at run time that becomes the symbol {@code T}, with
     *     room above it; 0 to keep all extents numbers
     */
    CaseRun(OpCase opCase, int symbol) {
        symbols = symbol == 0 ? Map.of() : Map.of("T", (long) symbol);
        GraphBuilder builder = new GraphBuilder();
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
                Literal literal = generate(input, operands.size());
                given.put(value, literal);
                inputs.add(literal);
            }
        }
        List<Value> results = builder.addAll("node", opCase.op(), operands);
        for (int i = 0; i < results.size(); i++) {
            builder.output("y" + i, results.get(i));
        }
        graph = builder.build();
        compiled = Compiler.compile("case", graph, CompileOptions.defaults().autoState(false));
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

    /** What the operation's own reference makes of the inputs. */
    List<Literal> reference() {
        Map<Value, Literal> values = new HashMap<>(given);
        graph.evaluate(values, symbols);
        return graph.outputs().stream()
                .map(port -> port.value().isConstant() ? port.value().constant() : values.get(port.value()))
                .toList();
    }

    /** A session on the chosen kernels, its inputs set. */
    Session session(LoadOptions.Start start) {
        Session session = Model.of(compiled.file(), LoadOptions.defaults().start(start)).newSession();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor tensor = session.inputs().get(i);
            tensor.setShape(inputs.get(i).shape());
            Elements.decode(tensor, ByteBuffer.wrap(inputs.get(i).encode()));
        }
        return session;
    }

    /** What the compiled model makes of the inputs. */
    List<Literal> run(LoadOptions.Start start) {
        Session session = session(start);
        session.run();
        List<Literal> outputs = new ArrayList<>();
        for (Tensor tensor : session.outputs()) {
            outputs.add(Literal.decode(tensor.type(), ByteBuffer.wrap(Elements.encode(tensor)), tensor.shape()));
        }
        return outputs;
    }

    /** Elements of the largest operand: no sum in the operation has more terms. */
    int longestSum() {
        int longest = 1;
        for (Literal input : inputs) {
            longest = Math.max(longest, input.size());
        }
        return longest;
    }
}
