package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Slice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Convolutions of the same image by filters of few channels, such as a detector's heads, become one whose
 * channels are theirs side by side: channels are computed in lanes, and one of them takes as long as sixteen.
 * Where each is followed by a depthwise convolution, these become one as well. Channels do not mix, so that
 * every sum stays what it was.
 */
final class JoinConvolutions implements Pass {

    /** A filter of as many channels fills its lanes. */
    private static final int MANY_CHANNELS = 16;

    /** Channels of a joint filter, at most. */
    private static final int MOST_CHANNELS = 32;

    /** What filters have in common that stand side by side. */
    private record Likeness(Value x, Conv op, List<Dim> window, boolean bias) {}

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Graph used = graph.withoutUnused();
        Map<Value, Integer> uses = used.uses();
        Map<Value, Node> users = new HashMap<>();
        used.nodes().forEach(node -> node.inputs().forEach(input -> users.put(input, node)));
        Map<Node, List<Node>> siblings = siblings(used);
        return new Rewriting(graph, folding) {

            /** Outputs of nodes that were joined. */
            private final Map<Node, Value> parts = new HashMap<>();

            @Override
            List<Value> node(Node node, List<Value> inputs) {
                List<Node> row = siblings.get(node);
                if (row != null && !parts.containsKey(node)) {
                    join(row, inputs.get(0));
                }
                return parts.containsKey(node) ? List.of(parts.get(node)) : null;
            }

            private void join(List<Node> row, Value x) {
                Conv op = (Conv) row.get(0).op();
                Value joint = joint(row, op, x);
                split(row, joint);
                List<Node> next = new ArrayList<>();
                for (Node node : row) {
                    Node user = uses.get(node.output()) == 1 ? users.get(node.output()) : null;
                    if (user == null || !depthwise(user, node.output())) {
                        return;
                    }
                    next.add(user);
                }
                Conv each = (Conv) next.get(0).op();
                for (Node node : next) {
                    if (!likeness(node, null, 1).equals(likeness(next.get(0), null, 1))) {
                        return;
                    }
                }
                Conv all = new Conv(
                        channels(row), each.strides(), each.dilations(), each.padsBefore(), each.padsAfter(),
                        each.epilogue());
                split(next, joint(next, all, joint));
            }

            /** One convolution by the filters of a row. */
            private Value joint(List<Node> row, Conv op, Value x) {
                String name = row.get(0).name();
                Value filter = Value.constant(name + "_filter", stack(row, 1));
                Value bias = row.get(0).input(2) == null ? null : Value.constant(name + "_bias", stack(row, 2));
                return add(name, op, x, filter, bias);
            }

            private void split(List<Node> row, Value joint) {
                int at = 0;
                for (Node node : row) {
                    int channels = node.input(1).constant().extent(0);
                    parts.put(node, add(
                            node.name(),
                            Slice.along(joint.rank() - 1, Dim.of(at), Dim.of(channels), joint.shape()), joint));
                    at += channels;
                }
            }
        }.run();
    }

    /** For each node that has any, those that it is to be joined with, itself among them, in order. */
    private static Map<Node, List<Node>> siblings(Graph graph) {
        Map<Likeness, List<Node>> alike = new LinkedHashMap<>();
        Map<Node, List<Node>> siblings = new HashMap<>();
        for (Node node : graph.nodes()) {
            boolean few = node.op() instanceof Conv conv && conv.group() == 1 && hasWeights(node)
                    && conv.hasStep(node.input(0), node.input(1))
                    && node.input(1).constant().extent(0) < MANY_CHANNELS;
            if (!few) {
                continue;
            }
            Likeness likeness = likeness(node, node.input(0), 1);
            List<Node> row = alike.computeIfAbsent(likeness, l -> new ArrayList<>());
            if (channels(row) + node.input(1).constant().extent(0) > MOST_CHANNELS) {
                row = new ArrayList<>();
                alike.put(likeness, row);
            }
            row.add(node);
            if (row.size() > 1) {
                List<Node> all = row;
                row.forEach(sibling -> siblings.put(sibling, all));
            }
        }
        return siblings;
    }

    /** @param group in place of the filter's own */
    private static Likeness likeness(Node node, Value x, int group) {
        Conv conv = (Conv) node.op();
        Conv op = new Conv(
                group, conv.strides(), conv.dilations(), conv.padsBefore(), conv.padsAfter(), conv.epilogue());
        List<Dim> filter = node.input(1).shape();
        return new Likeness(x, op, filter.subList(1, filter.size()), node.input(2) != null);
    }

    private static boolean hasWeights(Node node) {
        return node.input(1).isConstant() && (node.input(2) == null || node.input(2).isConstant());
    }

    /** Whether a node convolves each channel of x by itself. */
    private static boolean depthwise(Node node, Value x) {
        if (!(node.op() instanceof Conv conv) || node.input(0) != x || !hasWeights(node)
                || !conv.hasStep(x, node.input(1))) {
            return false;
        }
        Literal filter = node.input(1).constant();
        return filter.extent(1) == 1 && filter.extent(0) == conv.group();
    }

    private static int channels(List<Node> row) {
        return row.stream().mapToInt(node -> node.input(1).constant().extent(0)).sum();
    }

    /** Weights of a row, one below the other. */
    private static Literal stack(List<Node> row, int input) {
        int[] shape = row.get(0).input(input).constant().shape();
        shape[0] = channels(row);
        float[] all = new float[Literal.size(shape)];
        int at = 0;
        for (Node node : row) {
            float[] values = node.input(input).constant().floats();
            System.arraycopy(values, 0, all, at, values.length);
            at += values.length;
        }
        return Literal.of(all, shape);
    }
}
