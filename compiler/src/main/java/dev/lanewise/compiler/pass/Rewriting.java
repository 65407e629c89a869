package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds a new graph from an old one, node by node in order. A pass overrides {@link #node}, looks at
 * the new values of a node's inputs and their producers, and either adds something else or lets the
 * node be copied. What nobody uses any more, {@link RemoveUnused} takes out.
 */
abstract class Rewriting {

    private final Graph old;
    private final GraphBuilder builder;
    private final Map<Value, Value> values = new HashMap<>();
    private final Map<Value, Integer> uses;

    Rewriting(Graph old, Folding folding) {
        this.old = old.withoutUnused(); // what is not used must not count as a use
        this.builder = new GraphBuilder(folding);
        this.uses = this.old.uses();
    }

    /**
     * Gives the new values of a node's outputs, or {@code null} to have it copied.
     *
     * @param inputs the new values of the node's inputs, {@code null} for absent ones
     */
    abstract List<Value> node(Node node, List<Value> inputs);

    /** Called when there are inputs and no nodes yet: what is to stand for an input can be added here. */
    void begin() {}

    Graph run() {
        for (Graph.Port port : old.inputs()) {
            values.put(port.value(), builder.inputLike(port.name(), port.value()));
        }
        for (Graph.StatePair state : old.states()) {
            values.put(state.value(), state(state));
        }
        begin();
        for (Node node : old.nodes()) {
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(input -> inputs.add(input == null ? null : now(input)));
            List<Value> outputs = node(node, inputs);
            if (outputs == null) {
                outputs = builder.addAll(node.name(), node.op(), inputs);
            }
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.outputs().get(i), outputs.get(i));
            }
        }
        old.outputs().forEach(port -> builder.output(port.name(), now(port.value())));
        old.states().forEach(this::next);
        return builder.build();
    }

    /** Gives the new value of a state. A pass that keeps it in another form overrides this and {@link #next}. */
    Value state(Graph.StatePair state) {
        return newState(state.name(), state.value().type());
    }

    /** Says what a state becomes. */
    void next(Graph.StatePair state) {
        next(state.name(), now(state.value()), now(state.next()));
    }

    final Value newState(String name, ValueType type) {
        return builder.state(name, type);
    }

    final void next(String name, Value state, Value next) {
        builder.next(name, state, next);
    }

    /** The value in the new graph. */
    final Value now(Value value) {
        return value.isConstant() ? value : values.get(value);
    }

    /** Whether anything needs a value. */
    final boolean isUsed(Value oldValue) {
        return uses.containsKey(oldValue);
    }

    /** Whether a node's only output is used once, so that nothing else needs it as it is. */
    final boolean usedOnce(Value oldValue) {
        return uses.getOrDefault(oldValue, 0) == 1;
    }

    /**
     * Whether nothing but {@code nodes} needs what they compute, apart from their results: whether they go
     * when the results come from elsewhere.
     *
     * @param nodes of the old graph
     * @param results outputs of some of them
     */
    final boolean isClosed(Set<Node> nodes, Set<Value> results) {
        Map<Value, Integer> inside = new HashMap<>();
        nodes.forEach(node -> node.inputs().forEach(input -> inside.merge(input, 1, Integer::sum)));
        return nodes.stream()
                .flatMap(node -> node.outputs().stream())
                .filter(output -> !results.contains(output))
                .allMatch(output -> uses.getOrDefault(output, 0).equals(inside.getOrDefault(output, 0)));
    }

    /** Lets what follows use {@code now} for a value whose node has been copied already. */
    final void replace(Value oldValue, Value now) {
        values.put(oldValue, now);
    }

    /** Of the new graph, for operations that add the nodes of another form themselves. */
    final GraphBuilder builder() {
        return builder;
    }

    final Value add(String name, Op op, Value... inputs) {
        return builder.add(name, op, inputs);
    }

    final List<Value> addAll(String name, Op op, List<Value> inputs) {
        return builder.addAll(name, op, inputs);
    }

    /** The operation that computes a value, where it is of that kind; else {@code null}. */
    static <O extends Op> O producer(Value value, Class<O> kind) {
        return value != null && value.producer() != null && kind.isInstance(value.producer().op())
                ? kind.cast(value.producer().op())
                : null;
    }

    static ValueType type(Value value) {
        return value.type();
    }
}
