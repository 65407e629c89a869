package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order in which a graph's nodes can be read. ONNX asks for nodes in such an order; some exporters
 * write constants after their use all the same, and ONNX Runtime takes that.
 */
final class OnnxOrder {

    private OnnxOrder() {}

    /** The nodes, each after those it uses, otherwise as they stand; as they stand where there is a cycle. */
    static List<NodeProto> of(List<NodeProto> nodes) {
        Map<String, Integer> producers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty()) {
                    producers.putIfAbsent(output, i);
                }
            }
        }
        List<Set<Integer>> needs = new ArrayList<>();
        boolean inOrder = true;
        for (int i = 0; i < nodes.size(); i++) {
            Set<Integer> before = new HashSet<>();
            collect(nodes.get(i), producers, before);
            needs.add(before);
            int self = i;
            inOrder &= before.stream().allMatch(needed -> needed < self);
        }
        return inOrder ? nodes : sorted(nodes, needs);
    }

    private static void collect(NodeProto node, Map<String, Integer> producers, Set<Integer> into) {
        for (String input : node.getInputList()) {
            Integer producer = producers.get(input);
            if (producer != null) {
                into.add(producer);
            }
        }
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                collect(attribute.getG(), producers, into);
            }
        }
    }

    /** What a body uses of the nodes around it. */
    private static void collect(GraphProto body, Map<String, Integer> producers, Set<Integer> into) {
        body.getNodeList().forEach(node -> collect(node, producers, into));
        body.getOutputList().forEach(output -> {
            Integer producer = producers.get(output.getName());
            if (producer != null) {
                into.add(producer);
            }
        });
    }

    /** Depth first from each node in turn, with a stack of its own: chains may be long. */
    private static List<NodeProto> sorted(List<NodeProto> nodes, List<Set<Integer>> needs) {
        List<NodeProto> sorted = new ArrayList<>();
        boolean[] open = new boolean[nodes.size()];
        boolean[] done = new boolean[nodes.size()];
        for (int root = 0; root < nodes.size(); root++) {
            Deque<Integer> stack = new ArrayDeque<>(List.of(root));
            while (!stack.isEmpty()) {
                int next = stack.peek();
                if (done[next] || open[next] && needs.get(next).stream().allMatch(needed -> done[needed])) {
                    stack.pop();
                    if (!done[next]) {
                        done[next] = true;
                        sorted.add(nodes.get(next));
                    }
                    continue;
                }
                if (open[next]) {
                    return nodes; // a cycle, which reading them reports
                }
                open[next] = true;
                needs.get(next).stream().filter(needed -> !done[needed]).forEach(stack::push);
            }
        }
        return sorted;
    }
}
