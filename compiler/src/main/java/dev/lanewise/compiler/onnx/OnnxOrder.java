package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which nodes can be read. ONNX asks for nodes after what they use, and not every
 * exporter obeys; nodes that already come in order stay where they are.
 */
final class OnnxOrder {

    private OnnxOrder() {}

    /**
     * All nodes, each after those whose outputs it uses. Nodes on a cycle keep their place at the end,
     * where reading them fails with their names.
     */
    static List<NodeProto> sorted(List<NodeProto> nodes) {
        Map<String, Integer> makers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                makers.putIfAbsent(output, i);
            }
        }
        List<List<Integer>> users = new ArrayList<>();
        int[] missing = new int[nodes.size()];
        boolean ordered = true;
        for (int i = 0; i < nodes.size(); i++) {
            users.add(new ArrayList<>());
        }
        for (int i = 0; i < nodes.size(); i++) {
            List<String> used = new ArrayList<>();
            collect(nodes.get(i), used);
            for (String name : used) {
                Integer maker = name.isEmpty() ? null : makers.get(name);
                if (maker != null) {
                    users.get(maker).add(i);
                    missing[i]++;
                    ordered &= maker < i;
                }
            }
        }
        return ordered ? nodes : sorted(nodes, users, missing);
    }

    /** Kahn's algorithm (1962). */
    private static List<NodeProto> sorted(List<NodeProto> nodes, List<List<Integer>> users, int[] missing) {
        Deque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < missing.length; i++) {
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        List<NodeProto> sorted = new ArrayList<>();
        boolean[] taken = new boolean[missing.length];
        while (!ready.isEmpty()) {
            int next = ready.remove();
            taken[next] = true;
            sorted.add(nodes.get(next));
            for (int user : users.get(next)) {
                if (--missing[user] == 0) {
                    ready.add(user);
                }
            }
        }
        for (int i = 0; i < taken.length; i++) {
            if (!taken[i]) {
                sorted.add(nodes.get(i));
            }
        }
        return sorted;
    }

    /** Names that a node uses, those of its bodies included: a body sees the values around it. */
    private static void collect(NodeProto node, List<String> used) {
        used.addAll(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            collect(attribute.getG(), used);
        }
    }

    private static void collect(GraphProto graph, List<String> used) {
        for (NodeProto node : graph.getNodeList()) {
            collect(node, used);
        }
        graph.getOutputList().forEach(output -> used.add(output.getName()));
    }
}
