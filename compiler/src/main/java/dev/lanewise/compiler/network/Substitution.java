package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Weights replaced by others of the same extents, wherever a graph and its bodies use them. */
final class Substitution {

    private final Map<Literal, Value> now = new IdentityHashMap<>();

    Substitution(Weights before, Weights after) {
        before.byName().forEach(
                (name, weight) -> now.put(weight.value().constant(), after.byName().get(name).value()));
    }

    Graph in(Graph graph) {
        GraphBuilder builder = new GraphBuilder(Folding.onlyIntegers());
        Map<Value, Value> values = new HashMap<>();
        graph.inputs().forEach(port -> values.put(port.value(), builder.inputLike(port.name(), port.value())));
        graph.states().forEach(
                state -> values.put(state.value(), builder.state(state.name(), state.value().type())));
        for (Node node : graph.nodes()) {
            List<Graph> bodies = node.op().bodies().stream().map(this::in).toList();
            Op op = bodies.isEmpty() ? node.op() : node.op().withBodies(bodies);
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(input -> inputs.add(of(input, values)));
            List<Value> outputs = builder.addAll(node.name(), op, inputs);
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.outputs().get(i), outputs.get(i));
            }
        }
        graph.outputs().forEach(port -> builder.output(port.name(), of(port.value(), values)));
        graph.states().forEach(
                state -> builder.next(state.name(), values.get(state.value()), of(state.next(), values)));
        return builder.build();
    }

    private Value of(Value value, Map<Value, Value> values) {
        return value == null || !value.isConstant()
                ? values.get(value)
                : now.getOrDefault(value.constant(), value);
    }
}
