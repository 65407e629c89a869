package dev.lanewise.compiler.op;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Teams;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One {@link OpCase} as a model of one node: compiled and run on chosen kernels, and computed by the
 * operation's reference from the same inputs.
 */
final class CaseRun {

    private final CaseGraph graph;
    private final Compiled compiled;
    private final List<Literal> inputs;
    private final Map<String, Long> symbols;

    /**
     * @param symbol an extent of the inputs given at run time that becomes the symbol {@code T}, with
     *     room above it; 0 to keep all extents numbers
     */
    CaseRun(OpCase opCase, int symbol) {
        symbols = symbol == 0 ? Map.of() : Map.of("T", (long) symbol);
        graph = CaseGraph.of(opCase, symbol);
        inputs = List.copyOf(graph.inputs().values());
        compiled = Compiler.compile("case", graph.graph(), CompileOptions.defaults().autoState(false));
    }

    /** What the operation's own reference makes of the inputs. */
    List<Literal> reference() {
        Map<Value, Literal> values = new HashMap<>(graph.inputs());
        graph.graph().evaluate(values, symbols);
        return graph.graph().outputs().stream()
                .map(port -> port.value().isConstant() ? port.value().constant() : values.get(port.value()))
                .toList();
    }

    /** The compiled model. */
    ModelFile file() {
        return compiled.file();
    }

    Model model(LoadOptions.Start start) {
        return Model.of(compiled.file(), LoadOptions.defaults().start(start));
    }

    /** What the model's inputs are given, in its order. */
    List<Literal> inputs() {
        return inputs;
    }

    /** A session on the chosen kernels, its inputs set. */
    Session session(LoadOptions.Start start) {
        return fed(model(start).newSession());
    }

    private Session fed(Session session) {
        for (int i = 0; i < inputs.size(); i++) {
            Tensor tensor = session.inputs().get(i);
            tensor.setShape(inputs.get(i).shape());
            Elements.decode(tensor, ByteBuffer.wrap(inputs.get(i).encode()));
        }
        return session;
    }

    /** Runs of a session each of which prepares all steps, since the symbol had another value in between. */
    Runnable preparingAgain(Session session) {
        int extent = Math.toIntExact(symbols.get("T"));
        for (Tensor tensor : session.inputs()) {
            for (int axis = 0; axis < tensor.rank(); axis++) {
                if (tensor.extent(axis) == extent) {
                    int symbolic = axis;
                    return () -> {
                        tensor.setExtent(symbolic, extent + 1);
                        tensor.setExtent(symbolic, extent);
                        session.run();
                    };
                }
            }
        }
        throw new IllegalStateException("no input has the extent " + extent);
    }

    /** What the compiled model makes of the inputs. */
    List<Literal> run(LoadOptions.Start start) {
        return run(session(start));
    }

    /** What it makes of them with so many threads. */
    List<Literal> run(LoadOptions.Start start, int threads) {
        Session session = fed(Teams.session(model(start), threads));
        try {
            return run(session);
        } finally {
            session.close();
        }
    }

    private static List<Literal> run(Session session) {
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
