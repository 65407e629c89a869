package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network made in Java: its graph, as an importer gives it, and which of its constants are trained. Immutable; any
 * number of threads may use it.
 */
public final class Network {

    private final Graph graph;
    private final Set<String> losses;
    private final Weights weights;
    private final Summary summary;

    Network(Graph graph, Set<String> losses, Weights weights, Summary summary) {
        this.graph = graph;
        this.losses = losses;
        this.weights = weights.complete();
        this.summary = summary;
    }

    /** Builds a network whose weights begin with values from {@code seed}. */
    public static NetworkBuilder builder(long seed) {
        return new NetworkBuilder(new Weights(seed));
    }

    /**
     * Begins with a graph from elsewhere, such as an importer's: what is added to it may use {@link
     * GraphNetwork#output}.
     */
    public static GraphNetwork of(Graph graph) {
        return new GraphNetwork(graph, builder(0));
    }

    /**
     * Builds another network over the same weights, which layers of the same names find: such as one step of a
     * decoder, whose training network has the loop. New weights are an error.
     */
    public NetworkBuilder sibling() {
        return new NetworkBuilder(weights);
    }

    /** All of it: inputs and targets, outputs and losses, states. */
    public Graph graph() {
        return graph;
    }

    /** The names of the outputs that are losses. */
    public Set<String> losses() {
        return losses;
    }

    /** What training changes of the graph's constants, by name; the same object wherever it is used. */
    public Map<String, Literal> parameters() {
        return literals(true);
    }

    /** Constants that training does not change by gradients, by name: tables, and running statistics. */
    public Map<String, Literal> fixed() {
        return literals(false);
    }

    private Map<String, Literal> literals(boolean trained) {
        Set<Literal> used = graph.constants();
        Map<String, Literal> literals = new LinkedHashMap<>();
        weights.byName().forEach((name, weight) -> {
            if (weight.trained() == trained && used.contains(weight.value().constant())) {
                literals.put(name, weight.value().constant());
            }
        });
        return literals;
    }

    /** The graph without losses, and without inputs that only they need: what is compiled to be used. */
    public Graph inference() {
        List<Graph.Port> outputs =
                graph.outputs().stream().filter(port -> !losses.contains(port.name())).toList();
        Graph used = new Graph(graph.inputs(), outputs, graph.states(), graph.nodes()).withoutUnused();
        Set<Object> needed = new HashSet<>(used.uses().keySet());
        return new Graph(
                used.inputs().stream().filter(port -> needed.contains(port.value())).toList(), outputs, used.states(),
                used.nodes());
    }

    /**
     * This network with other values of some weights.
     *
     * @param values of the same types and extents, by name
     * @throws dev.lanewise.formats.ShapeException where one has other extents
     * @throws IllegalArgumentException where there is no weight of a name
     */
    public Network with(Map<String, Literal> values) {
        Weights changed = weights.with(values);
        return new Network(new Substitution(weights, changed).in(graph), losses, changed, summary);
    }

    /** A table of the layers, their outputs and how many weights they have; fits 80 columns. */
    public String summary() {
        return summary(1);
    }

    /** The table with layers inside layers up to a depth; 0 for the outermost alone. */
    public String summary(int depth) {
        return summary.text(parameters(), fixed(), depth);
    }
}
