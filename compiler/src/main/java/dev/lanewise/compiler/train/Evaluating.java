package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The graph as it is, but for parameters, which are states that stay as they are: to validate while training. */
final class Evaluating {

    private Evaluating() {}

    static Graph of(Graph graph, List<Parameters.Parameter> trained) {
        GraphBuilder builder = new GraphBuilder();
        Map<Value, Value> here = new HashMap<>();
        graph.inputs().forEach(port -> here.put(port.value(), builder.inputLike(port.name(), port.value())));
        for (Parameters.Parameter parameter : trained) {
            Value state = builder.state(parameter.name(), parameter.literal().valueType());
            parameter.uses().forEach(use -> here.put(use, state));
            builder.next(parameter.name(), state, state);
        }
        graph.states().forEach(state -> here.put(state.value(), builder.state(state.name(), state.value().type())));
        for (Node node : graph.nodes()) {
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(input -> inputs.add(here.getOrDefault(input, input)));
            // the form that takes weights known only when it runs
            List<Value> outputs = builder.addAll(node.name(), node.op().recording(), inputs);
            for (int i = 0; i < node.outputs().size(); i++) {
                here.put(node.outputs().get(i), outputs.get(i));
            }
        }
        graph.outputs().forEach(port -> builder.output(port.name(), here.getOrDefault(port.value(), port.value())));
        graph.states().forEach(state -> builder.next(
                state.name(), here.get(state.value()), here.getOrDefault(state.next(), state.next())));
        return builder.build();
    }
}
