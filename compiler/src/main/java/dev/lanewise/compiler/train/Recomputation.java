package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Barrier;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.RecurrentForward;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes values of the forward pass anew on the way back, one of its {@link Segments} at a time, from what crosses
 * into it. The last segment is still there when the way back begins. Draws of random numbers are kept.
 */
final class Recomputation {

    /** What nodes that compute something anew are called, behind the name of the first. */
    private static final String AGAIN = "/again";

    private final GraphBuilder graph;
    private final List<Node> nodes;
    /** Ends of segments, ascending. */
    private final List<Integer> ends;
    /** Nodes of the present segment by those that they stand for. */
    private final Map<Node, Node> again = new HashMap<>();
    private final Map<Value, Value> values = new HashMap<>();

    /** @param nodes all that was recorded */
    Recomputation(GraphBuilder graph, List<Node> nodes) {
        this.graph = graph;
        this.nodes = nodes;
        ends = Segments.ends(nodes);
    }

    /**
     * The node that gives what the gradient rule of node {@code i} reads; to be asked for the last node first.
     */
    Node at(int i) {
        int segment = ends.indexOf(i + 1);
        if (segment >= 0 && segment < ends.size() - 1) {
            enter(segment == 0 ? 0 : ends.get(segment - 1), i + 1);
        }
        return again.getOrDefault(nodes.get(i), nodes.get(i));
    }

    private void enter(int begin, int end) {
        again.clear();
        values.clear();
        for (Node node : nodes.subList(begin, end)) {
            if (node.op().isPure()) {
                List<Value> inputs = new ArrayList<>();
                node.inputs().forEach(input -> inputs.add(input == null ? null : inside(input)));
                int before = graph.size();
                List<Value> outputs = graph.addAll(node.name() + AGAIN, node.op(), inputs);
                for (int i = 0; i < outputs.size(); i++) {
                    values.put(node.outputs().get(i), outputs.get(i));
                }
                if (graph.size() > before) {
                    again.put(node, graph.nodes(before).get(0));
                }
            }
        }
    }

    /** What crosses into the segment comes through a barrier, or the copies would be found equal to the originals. */
    private Value inside(Value value) {
        boolean crosses = !value.isConstant() && value.type().type().isFloating() && !values.containsKey(value);
        if (crosses) {
            values.put(value, graph.add(value.name() + "/kept", new Barrier(), value));
        }
        return values.getOrDefault(value, value);
    }

    /** Multiply-adds of what a program computes anew, at the bounds of its extents. */
    static double multiplyAddsAgain(Graph train) {
        return train.nodes().stream()
                .filter(node -> node.name().endsWith(AGAIN)).mapToDouble(Recomputation::multiplyAdds).sum();
    }

    /** Multiply-adds of the pass forwards, at the bounds of its extents. */
    static double multiplyAdds(Graph forwards) {
        return forwards.nodes().stream().mapToDouble(Recomputation::multiplyAdds).sum();
    }

    /** Those of a product; other operations have few. */
    private static double multiplyAdds(Node node) {
        double outputs = node.output().type().size().max();
        if (node.op() instanceof MatMul product) {
            Value a = node.input(0);
            return outputs * a.dim(a.rank() - (product.transA() ? 2 : 1)).max();
        }
        if (node.op() instanceof Conv) {
            Dim channels = node.output().dim(node.output().rank() - 1);
            return outputs * node.input(1).type().size().max() / channels.max();
        }
        if (node.op() instanceof RecurrentForward) {
            Value x = node.input(0);
            return x.dim(0).times(x.dim(1)).max()
                    * (node.input(1).type().size().max() + node.input(2).type().size().max());
        }
        if (node.op() instanceof Attention attention) {
            return outputs / node.output().dim(3).max() * node.input(1).dim(attention.layout().keyAxis()).max()
                    * (node.input(0).dim(3).max() + node.output().dim(3).max());
        }
        return 0;
    }
}
