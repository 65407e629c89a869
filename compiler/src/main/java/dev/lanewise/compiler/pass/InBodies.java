package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.List;

/**
 * Runs all passes on the bodies of branches and loops. Their inputs and outputs stay as they are, in number,
 * order and type: what surrounds them need not know.
 */
final class InBodies implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                List<Graph> bodies = node.op().bodies();
                if (bodies.isEmpty()) {
                    return null;
                }
                List<Graph> better =
                        bodies.stream().map(body -> Passes.runInBody(body, folding)).toList();
                return addAll(node.name(), node.op().withBodies(better), inputs);
            }
        }.run();
    }
}
