package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes state of inputs that a caller would only ever feed from the last call's outputs: pairs that
 * the options name, and pairs of equal type whose names say so ({@code h} and {@code hn}, {@code state}
 * and {@code stateN}, {@code past_0} and {@code present_0}).
 */
final class PairStates {

    private PairStates() {}

    /**
     * @param notes receives what people should know
     */
    static Graph apply(Graph graph, CompileOptions options, List<String> notes) {
        List<Graph.StatePair> states = new ArrayList<>(graph.states());
        List<Graph.Port> inputs = new ArrayList<>(graph.inputs());
        List<Graph.Port> outputs = new ArrayList<>(graph.outputs());
        for (Map.Entry<String, String> pair : options.states().entrySet()) {
            Graph.Port input = find(inputs, pair.getKey(), "input");
            Graph.Port output = find(outputs, pair.getValue(), "output");
            if (!Graph.StatePair.canBecome(input.value(), output.value())) {
                throw new PlanException("state " + pair.getKey() + "=" + pair.getValue() + ": the input is "
                        + input.value().type() + " and the output " + output.value().type());
            }
            pair(input, output, inputs, outputs, states, notes);
        }
        if (options.autoState()) {
            for (Graph.Port input : List.copyOf(inputs)) {
                Graph.Port output = successor(input, outputs);
                if (output != null) {
                    pair(input, output, inputs, outputs, states, notes);
                }
            }
        }
        return new Graph(inputs, outputs, states, graph.nodes());
    }

    private static Graph.Port find(List<Graph.Port> ports, String name, String side) {
        for (Graph.Port port : ports) {
            if (port.name().equals(name)) {
                return port;
            }
        }
        throw new PlanException("--state: the model has no " + side + " '" + name + "'; it has "
                + ports.stream().map(Graph.Port::name).toList());
    }

    private static void pair(
            Graph.Port input, Graph.Port output, List<Graph.Port> inputs, List<Graph.Port> outputs,
            List<Graph.StatePair> states, List<String> notes) {
        inputs.remove(input);
        outputs.remove(output);
        states.add(new Graph.StatePair(input.name(), input.value(), output.value()));
        notes.add("state: " + input.name() + " = " + output.name() + ", " + input.value().type());
    }

    /** The one output that the input's name points to. */
    private static Graph.Port successor(Graph.Port input, List<Graph.Port> outputs) {
        Set<String> names = successorNames(input.name());
        List<Graph.Port> found = outputs.stream()
                .filter(output -> names.contains(output.name().toLowerCase(Locale.ROOT)))
                .filter(output -> Graph.StatePair.canBecome(input.value(), output.value()))
                .filter(output -> output.value() != input.value())
                .toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    private static Set<String> successorNames(String input) {
        String name = input.toLowerCase(Locale.ROOT);
        Set<String> names = new HashSet<>();
        for (String suffix : List.of("n", "_n", "_out", "_new", "_next", "out", "next")) {
            names.add(name + suffix);
        }
        for (String prefix : List.of("new_", "next_", "out_")) {
            names.add(prefix + name);
        }
        if (name.contains("past")) {
            names.add(name.replace("past_key_values", "present"));
            names.add(name.replace("past", "present"));
        }
        if (name.endsWith("_in")) {
            names.add(name.substring(0, name.length() - 3) + "_out");
        }
        if (name.endsWith("0")) {
            names.add(name.substring(0, name.length() - 1) + "n");
        }
        names.remove(name);
        return names;
    }
}
