package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes out nodes whose outputs nobody uses. Inputs stay: they are the model's interface. */
final class RemoveUnused implements Pass {

    @Override
    public Graph apply(Graph graph, CompileOptions options, List<String> notes) {
        Set<Value> used = new HashSet<>();
        graph.outputs().forEach(port -> used.add(port.value()));
        graph.states().forEach(state -> used.add(state.next()));
        List<Node> kept = new ArrayList<>();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node node = graph.nodes().get(i);
            if (node.outputs().stream().anyMatch(used::contains)) {
                kept.add(node);
                node.inputs().stream().filter(input -> input != null).forEach(used::add);
            }
        }
        Collections.reverse(kept);
        return new Graph(graph.inputs(), graph.outputs(), graph.states(), kept);
    }
}
