package dev.lanewise.compiler.random;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An ONNX model made by chance, with the data of its runs. Immutable.
 *
 * @param seed what it grew from; decides the data of its inputs too
 * @param values all values by name, in the order in which they were made
 * @param inputs names of the values that callers give
 * @param constants initialisers by name
 * @param outputs names of the values that callers read
 */
record RandomGraph(
        long seed, int opset, Map<String, Operand> values, Set<String> inputs, Map<String, Literal> constants,
        List<NodeProto> nodes, List<String> outputs) {

    /** This with other nodes and outputs, and what these need. */
    RandomGraph with(List<NodeProto> newNodes, Set<String> newInputs, List<String> newOutputs) {
        return new RandomGraph(seed, opset, values, newInputs, constants, newNodes, newOutputs).pruned();
    }

    /** This without nodes, inputs and constants that no output needs. */
    RandomGraph pruned() {
        Set<String> needed = new HashSet<>(outputs);
        List<NodeProto> kept = new java.util.ArrayList<>();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            NodeProto node = nodes.get(i);
            if (node.getOutputList().stream().anyMatch(needed::contains)) {
                kept.add(0, node);
                names(node, needed);
            }
        }
        Map<String, Literal> known = new LinkedHashMap<>(constants);
        known.keySet().retainAll(needed);
        Set<String> given = new java.util.LinkedHashSet<>(inputs);
        given.retainAll(needed);
        return new RandomGraph(seed, opset, values, given, known, kept, outputs);
    }

    /** Adds what a node uses, its bodies included. */
    private static void names(NodeProto node, Set<String> names) {
        names.addAll(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            attribute.getG().getNodeList().forEach(inner -> names(inner, names));
            attribute.getG().getOutputList().forEach(output -> names.add(output.getName()));
        }
    }

    /** The symbols of the inputs by their values in the runs. */
    Map<Extent, String> symbols() {
        Map<Extent, String> symbols = new LinkedHashMap<>();
        for (String input : inputs) {
            for (Extent extent : values.get(input).shape()) {
                if (!extent.isFixed()) {
                    symbols.putIfAbsent(extent, "s" + symbols.size());
                }
            }
        }
        return symbols;
    }

    /** Values of the symbols in one run. */
    Map<String, Long> symbols(int run) {
        Map<String, Long> actual = new HashMap<>();
        symbols().forEach((extent, name) -> actual.put(name, (long) extent.at(run)));
        return actual;
    }

    byte[] bytes() {
        Map<Extent, String> symbols = symbols();
        GraphProto.Builder graph = GraphProto.newBuilder().setName("random").addAllNode(nodes);
        for (String input : inputs) {
            Operand value = values.get(input);
            Object[] shape = value.shape().stream()
                    .map(extent -> extent.isFixed() ? (Object) extent.at(0) : symbols.get(extent)).toArray();
            graph.addInput(SmallModel.info(input, value.type(), shape));
        }
        constants.forEach((name, literal) -> graph.addInitializer(initialiser(name, literal)));
        outputs.forEach(output -> graph.addOutput(ValueInfoProto.newBuilder().setName(output)));
        return ModelProto.newBuilder()
                .setIrVersion(opset > 20 ? 10 : 8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    static TensorProto.Builder initialiser(String name, Literal literal) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(SmallModel.elementType(literal.type()))
                .setRawData(ByteString.copyFrom(literal.encode()));
        Arrays.stream(literal.shape()).forEach(tensor::addDims);
        return tensor;
    }

    /** What callers give in a run, by name. */
    Map<String, Literal> data(int run) {
        Map<String, Literal> data = new LinkedHashMap<>();
        for (String input : inputs) {
            Operand value = values.get(input);
            int[] shape = value.shape().stream().mapToInt(extent -> extent.at(run)).toArray();
            Random random = new Random(seed * 31 + input.hashCode() * 7L + run);
            data.put(input, Draw.literal(random, value.type(), value.limit(), shape));
        }
        return data;
    }

    /** The graph for people: one line an input, constant and node. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("seed " + seed + ", opset " + opset + "\n");
        inputs.forEach(input -> text.append("  input ").append(values.get(input)).append('\n'));
        constants.forEach((name, literal) -> text.append("  const ").append(name).append(':').append(literal.describe())
                .append(literal.size() > 8 ? "" : " " + Arrays.toString(literal.toDoubles())).append('\n'));
        for (NodeProto node : nodes) {
            text.append("  ").append(node.getOutputList().stream()
                            .map(name -> values.containsKey(name) ? values.get(name).toString() : name)
                            .collect(Collectors.joining(", ")))
                    .append(" = ").append(node.getOpType()).append(node.getInputList());
            for (AttributeProto attribute : node.getAttributeList()) {
                text.append(' ').append(attribute.getName()).append('=').append(describe(attribute));
            }
            text.append('\n');
        }
        return text.append("  outputs ").append(outputs).toString();
    }

    private static String describe(AttributeProto attribute) {
        return switch (attribute.getType()) {
            case INT -> Long.toString(attribute.getI());
            case FLOAT -> Float.toString(attribute.getF());
            case STRING -> attribute.getS().toStringUtf8();
            case INTS -> attribute.getIntsList().toString();
            case STRINGS -> attribute.getStringsList().stream().map(ByteString::toStringUtf8).toList().toString();
            case GRAPH -> attribute.getG().getNodeList().stream()
                    .map(node -> node.getOutputList() + " = " + node.getOpType() + node.getInputList())
                    .collect(Collectors.joining("; ", "{", "}"));
            default -> "…";
        };
    }
}
