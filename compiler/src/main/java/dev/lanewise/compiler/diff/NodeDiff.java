package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
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

/**
 * Runs an imported graph twice: node by node by the reference of each operation, and as a compiled plan. Values that
 * another runtime computed stand beside these.
 *
 * <p>The plan is compiled with the value of every node as an output, so that each can be seen; where these are large,
 * in several plans that show some each. Nodes whose values are seen are not fused with what follows them; so the model
 * is compiled once more as it is, and the last rows compare its own outputs.
 */
public final class NodeDiff {

    /** Of the values that one plan shows; a session takes some GB and not more. */
    private static final long MOST_ELEMENTS = 1L << 26;

    private final Graph graph;
    private final CompileOptions options;
    private final LoadOptions.Start start;

    /**
     * @param graph as imported, without states
     * @param start the kernels to run on
     */
    public NodeDiff(Graph graph, CompileOptions options, LoadOptions.Start start) {
        this.graph = graph;
        this.options = options.autoState(false);
        this.start = start;
    }

    /**
     * The differences: a row for each output of each node in order, then one for each output of the model as it is
     * compiled without these.
     *
     * @param inputs of the run
     * @param reference what it gave for these inputs
     * @param peers what another runtime computed from these inputs
     * @param tolerance above which values part
     */
    public DiffResult run(DiffInputs inputs, Reference reference, Peers peers, double tolerance) {
        Map<Value, Literal> exact = reference.values();
        int evaluated = reference.evaluated();
        List<NodeDifference> rows = new ArrayList<>();
        List<Graph.Port> ports = new ArrayList<>();
        Map<String, Node> producers = new HashMap<>();
        for (Node node : graph.nodes().subList(0, evaluated)) {
            for (Value output : node.outputs()) {
                String name = "n" + ports.size(); // names of values need not be unique
                ports.add(new Graph.Port(name, output));
                producers.put(name, node);
            }
        }
        Map<String, Literal> seen = new HashMap<>();
        for (int from = 0, to; from < ports.size(); from = to) {
            to = window(ports, from, exact);
            seen.putAll(execute(ports.subList(from, to), inputs.data()));
        }
        for (Graph.Port port : ports) {
            Node node = producers.get(port.name());
            Value value = port.value();
            rows.add(NodeDifference.of(node.name(), node.op().name(), exact.get(value), seen.get(port.name()),
                    peers.values().get(value)));
        }
        List<Graph.Port> outputs = graph.outputs().stream()
                .filter(port -> port.value().isConstant() || exact.containsKey(port.value()))
                .toList();
        Map<String, Literal> whole = execute(outputs, inputs.data());
        for (Graph.Port port : outputs) {
            Literal expected = port.value().isConstant() ? port.value().constant() : exact.get(port.value());
            rows.add(NodeDifference.of(
                    port.name(), "output", expected, whole.get(port.name()), peers.values().get(port.value())));
        }
        return new DiffResult(rows, graph.nodes().size(), evaluated, peers.name(), tolerance, inputs.seed());
    }

    /** Where the values end, from one on, that one plan is to keep in memory together. */
    private static int window(List<Graph.Port> ports, int from, Map<Value, Literal> exact) {
        long elements = exact.get(ports.get(from).value()).size();
        int to = from + 1;
        while (to < ports.size() && elements + exact.get(ports.get(to).value()).size() <= MOST_ELEMENTS) {
            elements += exact.get(ports.get(to++).value()).size();
        }
        return to;
    }

    private Map<String, Literal> execute(List<Graph.Port> outputs, Map<String, Literal> data) {
        if (outputs.isEmpty()) {
            return Map.of();
        }
        Graph model =
                new Graph(graph.inputs(), outputs, graph.states(), graph.nodes()).withoutUnused();
        Session session = Model.of(
                        Compiler.compile("diff", model, options).file(), LoadOptions.defaults().start(start))
                .newSession();
        for (Tensor input : session.inputs()) {
            input.setShape(data.get(input.name()).shape());
        }
        for (Tensor input : session.inputs()) {
            Elements.decode(input, ByteBuffer.wrap(dense(data.get(input.name())).encode()));
        }
        session.run();
        Map<String, Literal> results = new HashMap<>();
        for (Tensor output : session.outputs()) {
            results.put(output.name(),
                    Literal.decode(output.type(), ByteBuffer.wrap(Elements.encode(output)), output.shape()));
        }
        return results;
    }

    private static Literal dense(Literal literal) {
        return literal.isSplat() ? Literal.of(literal.type(), literal.toDoubles(), literal.shape()) : literal;
    }
}
