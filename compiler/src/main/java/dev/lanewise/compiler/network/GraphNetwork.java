package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph that came from elsewhere as the beginning of a network: its outputs are there for losses and layers. */
public final class GraphNetwork {

    private final NetworkBuilder builder;
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();

    GraphNetwork(Graph graph, NetworkBuilder builder) {
        this.builder = builder;
        Frame frame = builder.frame();
        Map<Value, Value> here = new HashMap<>();
        for (Graph.Port port : graph.inputs()) {
            builder.claim(port.name());
            here.put(port.value(), frame.inputLike(port.name(), port.value()));
        }
        for (Graph.StatePair state : graph.states()) {
            builder.claim(state.name());
            here.put(state.value(), frame.state(state.name(), state.value().type()));
        }
        for (Node node : graph.nodes()) {
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(input -> inputs.add(here.getOrDefault(input, input)));
            List<Value> results = frame.add(node.name(), node.op(), inputs);
            for (int i = 0; i < results.size(); i++) {
                here.put(node.outputs().get(i), results.get(i));
            }
        }
        for (Graph.Port port : graph.outputs()) {
            Tensor tensor = builder.tensor(here.getOrDefault(port.value(), port.value()));
            builder.output(port.name(), tensor);
            outputs.put(port.name(), tensor);
        }
        for (Graph.StatePair state : graph.states()) {
            frame.builder().next(
                    state.name(), here.get(state.value()), here.getOrDefault(state.next(), state.next()));
        }
    }

    /** What goes on building. */
    public NetworkBuilder builder() {
        return builder;
    }

    /**
     * One of the graph's outputs.
     *
     * @throws IllegalArgumentException where there is none of that name; the message lists those there are
     */
    public Tensor output(String name) {
        if (!outputs.containsKey(name)) {
            throw new IllegalArgumentException("no output '" + name + "'; there are " + outputs.keySet());
        }
        return outputs.get(name);
    }
}
