package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.BatchNorm;
import dev.lanewise.compiler.op.Dropout;
import java.util.List;

/**
 * What a model has for its training alone, as it is used: nothing is dropped, and a batch is normalised by running
 * statistics, which is a scale and a bias.
 */
final class UseAsTrained implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (node.op() instanceof Dropout) {
                    return List.of(inputs.get(0));
                }
                if (node.op() instanceof BatchNorm norm) {
                    return List.of(norm.use(builder(), node.name(), inputs));
                }
                List<Graph> bodies = node.op().bodies();
                return bodies.isEmpty() ? null : addAll(
                        node.name(),
                        node.op().withBodies(bodies.stream().map(body -> apply(body, folding)).toList()), inputs);
            }
        }.run();
    }
}
