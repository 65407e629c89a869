package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.FunctionProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the body of a model's own function in the place of a call, under names no other node has. */
final class OnnxFunctions {

    private OnnxFunctions() {}

    /** The nodes of one call. */
    record Inlined(FunctionProto function, String prefix, List<NodeProto> nodes) {
        String input(int i) {
            return prefix + function.getInput(i);
        }

        String output(int i) {
            return prefix + function.getOutput(i);
        }
    }

    static Inlined inline(FunctionProto function, NodeProto call) {
        String prefix = OnnxNode.name(call) + "/";
        Map<String, AttributeProto> attributes = new HashMap<>();
        function.getAttributeProtoList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
        call.getAttributeList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
        List<NodeProto> nodes = new ArrayList<>();
        for (NodeProto node : function.getNodeList()) {
            nodes.add(rename(node, prefix, attributes, Set.of()));
        }
        return new Inlined(function, prefix, nodes);
    }

    private static NodeProto rename(
            NodeProto node, String prefix, Map<String, AttributeProto> attributes, Set<String> inner) {
        NodeProto.Builder renamed = node.toBuilder().clearInput().clearOutput().clearAttribute();
        renamed.setName(prefix + OnnxNode.name(node));
        node.getInputList().forEach(name -> renamed.addInput(name(name, prefix, inner)));
        node.getOutputList().forEach(name -> renamed.addOutput(name(name, prefix, inner)));
        for (AttributeProto attribute : node.getAttributeList()) {
            if (!attribute.getRefAttrName().isEmpty()) {
                AttributeProto value = attributes.get(attribute.getRefAttrName());
                if (value != null) {
                    renamed.addAttribute(value.toBuilder().setName(attribute.getName()));
                }
            } else if (attribute.hasG()) {
                renamed.addAttribute(attribute.toBuilder().setG(rename(attribute.getG(), prefix, attributes, inner)));
            } else {
                renamed.addAttribute(attribute);
            }
        }
        return renamed.build();
    }

    private static GraphProto rename(
            GraphProto graph, String prefix, Map<String, AttributeProto> attributes, Set<String> outer) {
        Set<String> inner = new HashSet<>(outer);
        graph.getInputList().forEach(input -> inner.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> inner.add(tensor.getName()));
        graph.getNodeList().forEach(node -> inner.addAll(node.getOutputList()));
        GraphProto.Builder renamed = graph.toBuilder().clearNode();
        graph.getNodeList().forEach(node -> renamed.addNode(rename(node, prefix, attributes, inner)));
        for (int i = 0; i < graph.getOutputCount(); i++) {
            String name = graph.getOutput(i).getName();
            renamed.setOutput(i, graph.getOutput(i).toBuilder().setName(name(name, prefix, inner)));
        }
        return renamed.build();
    }

    /** Names inside a body stay: they are a scope of their own. */
    private static String name(String name, String prefix, Set<String> inner) {
        return name.isEmpty() || inner.contains(name) ? name : prefix + name;
    }
}
