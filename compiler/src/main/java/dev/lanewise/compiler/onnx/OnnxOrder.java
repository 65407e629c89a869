package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Puts nodes in an order in which every name is computed before it is used. ONNX asks for one, and not
 * every exporter obeys. Nodes in order stay where they are; those of a cycle come last, where reading
 * them fails with a message.
 */
final class OnnxOrder {

    private OnnxOrder() {}

    static List<NodeProto> sorted(List<NodeProto> nodes) {
        Map<String, Integer> producers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty()) {
                    producers.putIfAbsent(output, i);
                }
            }
        }
        int[] missing = new int[nodes.size()];
        List<List<Integer>> users = new ArrayList<>();
        nodes.forEach(node -> users.add(new ArrayList<>()));
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < missing.length; i++) {
            Set<String> names = new HashSet<>();
            collect(nodes.get(i), names);
            Set<Integer> needed = new HashSet<>();
            for (String name : names) {
                Integer producer = producers.get(name);
                if (producer != null && needed.add(producer)) {
                    users.get(producer).add(i);
                }
            }
            missing[i] = needed.size();
            if (missing[i] == 0) {
                ready.add(i);
            }
        }
        List<NodeProto> sorted = new ArrayList<>();
        boolean[] done = new boolean[missing.length];
        while (!ready.isEmpty()) {
            int next = ready.remove();
            done[next] = true;
            sorted.add(nodes.get(next));
            for (int user : users.get(next)) {
                if (--missing[user] == 0) {
                    ready.add(user);
                }
            }
        }
        for (int i = 0; i < done.length; i++) {
            if (!done[i]) {
                sorted.add(nodes.get(i));
            }
        }
        return sorted;
    }

    /** All names that a node may use, those of its bodies included: more than it does costs nothing. */
    private static void collect(NodeProto node, Set<String> names) {
        names.addAll(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                collect(attribute.getG(), names);
            }
        }
    }

    private static void collect(GraphProto body, Set<String> names) {
        body.getNodeList().forEach(node -> collect(node, names));
        body.getOutputList().forEach(output -> names.add(output.getName()));
    }
}
