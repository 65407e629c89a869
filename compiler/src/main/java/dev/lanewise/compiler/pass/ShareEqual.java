package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Computes once what several nodes compute from the same operands. */
final class ShareEqual implements Pass {

    /** Values are equal only where they are the same one; operations where their attributes are. */
    private record Computation(Op op, List<Value> inputs) {}

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Map<Computation, List<Value>> known = new HashMap<>();
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!node.op().isPure()) {
                    return null;
                }
                return known.computeIfAbsent(
                        new Computation(node.op(), inputs), c -> addAll(node.name(), node.op(), inputs));
            }
        }.run();
    }
}
