package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.PlanException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What people want to see of the inside of a model: first results of nodes, as outputs besides the model's own. A
 * session computes them where they are read from.
 */
final class OnnxExposed {

    private static final int NAMED = 12;

    private OnnxExposed() {}

    /**
     * Adds the outputs.
     *
     * @param wanted names of nodes, or of tensors that nodes compute
     * @param taken names of the model's own outputs; receives the new ones
     */
    static void add(
            GraphProto graph, OnnxScope scope, List<String> wanted, Set<String> taken,
            List<LanewiseException> problems) {
        for (String name : wanted) {
            NodeProto node = find(graph, name);
            if (node == null) {
                problems.add(new PlanException("--expose " + name + ": the model has no such node; there are "
                        + some(graph)));
            } else if (!taken.add(name)) {
                problems.add(new PlanException("--expose " + name + ": the model has an output of that name"));
            } else if (!scope.hasFailed(node.getOutput(0))) {
                Value value = scope.find(node.getOutput(0));
                if (value == null) {
                    problems.add(new PlanException("--expose " + name + ": is a sequence; only tensors can be"
                            + " outputs"));
                } else {
                    scope.builder().output(name, value);
                }
            }
        }
    }

    private static NodeProto find(GraphProto graph, String name) {
        return graph.getNodeList().stream()
                .filter(node -> node.getOutputCount() > 0)
                .filter(node -> OnnxNode.name(node).equals(name) || node.getOutput(0).equals(name))
                .findFirst()
                .orElse(null);
    }

    private static String some(GraphProto graph) {
        String names = graph.getNodeList().stream().limit(NAMED).map(OnnxNode::name).collect(Collectors.joining(", "));
        return graph.getNodeCount() > NAMED ? names + ", …" : names;
    }
}
