package dev.lanewise.compiler.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network: nodes in an order in which every value is made before it is used. Immutable; passes give
 * new graphs.
 *
 * @param inputs values that callers set, with their public names
 * @param outputs values that callers read, with their public names
 * @param states what the model carries from call to call
 */
public record Graph(List<Port> inputs, List<Port> outputs, List<StatePair> states, List<Node> nodes) {

    /** A value under the name that callers use. */
    public record Port(String name, Value value) {}

    /** A value that starts at zero and becomes {@code next} after each run. */
    public record StatePair(String name, Value value, Value next) {

        /** Whether a value can become another: equal types; or extents that grow, as a cache's from past to present. */
        public static boolean canBecome(Value value, Value next) {
            if (value.type().type() != next.type().type() || value.rank() != next.rank()) {
                return false;
            }
            for (int axis = 0; axis < value.rank(); axis++) {
                Dim before = value.dim(axis);
                Dim after = next.dim(axis);
                if (!before.equals(after) && (before.isConstant() || !Signature.mayEqual(before, after))) {
                    return false;
                }
            }
            return true;
        }
    }

    public Graph {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        states = List.copyOf(states);
        nodes = List.copyOf(nodes);
    }

    /** How often each value is used by nodes, outputs and states. */
    public Map<Value, Integer> uses() {
        Map<Value, Integer> uses = new HashMap<>();
        for (Node node : nodes) {
            for (Value input : node.inputs()) {
                if (input != null) {
                    uses.merge(input, 1, Integer::sum);
                }
            }
        }
        outputs.forEach(port -> uses.merge(port.value(), 1, Integer::sum));
        states.forEach(state -> uses.merge(state.next(), 1, Integer::sum));
        return uses;
    }

    /** All constants that nodes and outputs use, those of bodies among them; each object once. */
    public Set<Literal> constants() {
        Set<Literal> found = Collections.newSetFromMap(new IdentityHashMap<>());
        uses().keySet().stream().filter(Value::isConstant).forEach(value -> found.add(value.constant()));
        nodes.forEach(node -> node.op().bodies().forEach(body -> found.addAll(body.constants())));
        return found;
    }

    /**
     * Computes everything with the reference of each operation.
     *
     * @param values of the inputs and state values; receives those of all nodes
     * @param symbols values of the symbols by name
     */
    public void evaluate(Map<Value, Literal> values, Map<String, Long> symbols) {
        evaluate(values, symbols, Arithmetic.REFERENCE);
    }

    /**
     * Computes everything.
     *
     * @param values of the inputs and state values; receives those of all nodes
     * @param symbols values of the symbols by name
     */
    public void evaluate(Map<Value, Literal> values, Map<String, Long> symbols, Arithmetic arithmetic) {
        Map<String, Long> known = new HashMap<>(symbols);
        inputs.forEach(port -> learn(port.value(), values.get(port.value()), known));
        for (Node node : nodes) {
            evaluate(node, values, known, arithmetic);
        }
    }

    /**
     * Computes one node.
     *
     * @param values of the node's inputs; receives those of its outputs
     * @param known values of the symbols by name; receives those that the outputs decide
     */
    public static void evaluate(
            Node node, Map<Value, Literal> values, Map<String, Long> known, Arithmetic arithmetic) {
        List<Literal> inputs = new ArrayList<>();
        for (Value input : node.inputs()) {
            inputs.add(input == null ? null : input.isConstant() ? input.constant() : values.get(input));
        }
        List<Literal> outputs = arithmetic.evaluate(new Evaluation(node, inputs, known, arithmetic));
        for (int i = 0; i < node.outputs().size(); i++) {
            learn(node.outputs().get(i), outputs.get(i), known);
            values.put(node.outputs().get(i), outputs.get(i));
        }
    }

    /** Takes over the extents of a value that data decide. */
    private static void learn(Value value, Literal literal, Map<String, Long> symbols) {
        for (int axis = 0; axis < value.rank(); axis++) {
            Dim.Symbol symbol = value.dim(axis).asSymbol();
            if (symbol != null && symbol.learnt()) {
                symbols.put(symbol.name(), (long) literal.extent(axis));
            }
        }
    }

    /** The sum of {@link Op#work} over all nodes. */
    public double work() {
        double work = 0;
        for (Node node : nodes) {
            work += 1 + node.op().work(new Signature(node.name(), node.op().name(), node.inputs()));
        }
        return work;
    }

    /** Whether equal inputs always give equal outputs. */
    public boolean isPure() {
        return nodes.stream().allMatch(node -> node.op().isPure());
    }

    /**
     * This without the nodes whose outputs nobody uses, and whose data tell no extent that others use. Inputs stay:
     * they are the graph's interface.
     */
    public Graph withoutUnused() {
        Set<Value> used = new HashSet<>();
        outputs.forEach(port -> used.add(port.value()));
        states.forEach(state -> used.add(state.next()));
        Map<Dim.Symbol, Node> tellers = tellers();
        Set<Node> telling = new HashSet<>();
        List<Node> kept = new ArrayList<>();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (telling.contains(node) || node.outputs().stream().anyMatch(used::contains)) {
                kept.add(node);
                node.inputs().stream().filter(input -> input != null).forEach(used::add);
                if (!tellers.isEmpty()) {
                    Set<Dim.Symbol> symbols = new HashSet<>();
                    node.extents().forEach(dim -> dim.collectSymbols(symbols));
                    symbols.stream().filter(tellers::containsKey).forEach(symbol -> telling.add(tellers.get(symbol)));
                }
            }
        }
        Collections.reverse(kept);
        return new Graph(inputs, outputs, states, kept);
    }

    /** The nodes whose data tell learnt extents: the first that have them. */
    private Map<Dim.Symbol, Node> tellers() {
        Map<Dim.Symbol, Node> tellers = new HashMap<>();
        for (Node node : nodes) {
            for (Value output : node.outputs()) {
                for (Dim dim : output.shape()) {
                    Dim.Symbol symbol = dim.asSymbol();
                    if (symbol != null && symbol.learnt()) {
                        tellers.putIfAbsent(symbol, node);
                    }
                }
            }
        }
        return tellers;
    }
}
