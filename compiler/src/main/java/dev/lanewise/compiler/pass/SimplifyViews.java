package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Transpose;
import java.util.List;

/**
 * Makes one reshape of several, none of one that changes nothing, and a reshape of a transpose that only
 * moves axes of extent 1.
 */
final class SimplifyViews implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                boolean view = node.op() instanceof Reshape
                        || node.op() instanceof Transpose transpose
                                && transpose.movesOnlyUnits(node.input(0).shape());
                if (!view) {
                    return null;
                }
                Value x = inputs.get(0);
                while (producer(x, Reshape.class) != null) {
                    x = x.producer().input(0);
                }
                Value y = node.output();
                if (x.shape().equals(y.shape())) {
                    return List.of(x);
                }
                return List.of(add(node.name(), new Reshape(y.shape()), x));
            }
        }.run();
    }
}
