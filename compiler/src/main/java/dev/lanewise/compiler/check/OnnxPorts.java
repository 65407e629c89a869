package dev.lanewise.compiler.check;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lanewise.compiler.onnx.OnnxSequence;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a model says of its inputs and outputs, which the files of a data set are numbered after.
 *
 * @param inputs in the model's order, those with a default value among them
 * @param fed the inputs that have no default value
 * @param outputs in the model's order
 * @param random whether results differ from run to run
 */
record OnnxPorts(List<ValueInfoProto> inputs, List<ValueInfoProto> fed, List<ValueInfoProto> outputs, boolean random) {

    private static final Set<String> RANDOM = Set.of(
            "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli");

    static OnnxPorts of(String name, byte[] bytes) {
        ModelProto model;
        try {
            model = ModelProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(name, "", "not an ONNX model, or damaged (" + e.getMessage() + ")", e);
        }
        GraphProto graph = model.getGraph();
        Set<String> constants =
                graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        List<ValueInfoProto> fed =
                graph.getInputList().stream().filter(input -> !constants.contains(input.getName())).toList();
        boolean random = isRandom(graph.getNodeList())
                || model.getFunctionsList().stream().anyMatch(function -> isRandom(function.getNodeList()));
        return new OnnxPorts(graph.getInputList(), fed, graph.getOutputList(), random);
    }

    private static boolean isRandom(List<NodeProto> nodes) {
        return nodes.stream().anyMatch(node -> RANDOM.contains(node.getOpType())
                || node.getOpType().equals("Dropout") && node.getInputCount() > 2
                || node.getAttributeList().stream().map(AttributeProto::getG)
                        .anyMatch(body -> isRandom(body.getNodeList())));
    }

    /** The inputs that {@code count} numbered files are for. */
    List<ValueInfoProto> inputs(int count) {
        return count > fed.size() ? inputs : fed;
    }

    /** The inputs or outputs as tensors: each element of a sequence is one. */
    static List<ValueInfoProto> tensors(List<ValueInfoProto> ports, Map<String, Integer> lengths) {
        List<ValueInfoProto> tensors = new ArrayList<>();
        for (ValueInfoProto port : ports) {
            if (!port.getType().hasSequenceType()) {
                tensors.add(port);
                continue;
            }
            for (int i = 0; i < lengths.getOrDefault(port.getName(), 0); i++) {
                String name = OnnxSequence.element(port.getName(), i);
                tensors.add(ValueInfoProto.newBuilder()
                        .setName(name)
                        .setType(OnnxSequence.elementType(port.getType()))
                        .build());
            }
        }
        return tensors;
    }
}
