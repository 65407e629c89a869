package dev.lanewise.compiler.export;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.DType;

/**
 * A model whose inputs and outputs of types that ONNX Runtime's Java interface does not have (integers of 16 to 64 bits
 * without a sign) are i64, with casts between.
 */
final class CommonPorts {

    private CommonPorts() {}

    static byte[] of(byte[] model) {
        ModelProto.Builder copy;
        try {
            copy = ModelProto.parseFrom(model).toBuilder();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        GraphProto.Builder graph = copy.getGraph().toBuilder();
        int casts = 0;
        for (int i = 0; i < graph.getInputCount(); i++) {
            ValueInfoProto port = graph.getInput(i);
            if (!isCommon(type(port))) {
                graph.setInput(i, renamed(port, port.getName(), DType.I64));
                String inner = port.getName() + ".inner";
                rename(graph, port.getName(), inner, true);
                graph.addNode(casts++, cast(port.getName(), inner, type(port)));
            }
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            ValueInfoProto port = graph.getOutput(i);
            if (!isCommon(type(port))) {
                graph.setOutput(i, renamed(port, port.getName(), DType.I64));
                String inner = port.getName() + ".inner";
                rename(graph, port.getName(), inner, false);
                graph.addNode(cast(inner, port.getName(), DType.I64));
            }
        }
        return copy.setGraph(graph).build().toByteArray();
    }

    private static DType type(ValueInfoProto port) {
        return OnnxTensors.type(port.getType().getTensorType().getElemType());
    }

    private static boolean isCommon(DType type) {
        return !type.isInteger() || !type.isUnsigned() || type == DType.U8;
    }

    /** The literal as such a port has it. */
    static Literal common(Literal literal) {
        return isCommon(literal.type())
                ? literal
                : Literal.of(DType.I64, literal.toLongs(), literal.shape());
    }

    private static ValueInfoProto renamed(ValueInfoProto port, String name, DType type) {
        TypeProto.Tensor tensor =
                port.getType().getTensorType().toBuilder().setElemType(OnnxTensors.number(type)).build();
        return port.toBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(tensor)).build();
    }

    private static void rename(GraphProto.Builder graph, String from, String to, boolean input) {
        for (int n = 0; n < graph.getNodeCount(); n++) {
            NodeProto.Builder node = graph.getNode(n).toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(from)) {
                    node.setInput(i, to);
                }
            }
            for (int i = 0; !input && i < node.getOutputCount(); i++) {
                if (node.getOutput(i).equals(from)) {
                    node.setOutput(i, to);
                }
            }
            graph.setNode(n, node);
        }
    }

    private static NodeProto cast(String from, String to, DType type) {
        return NodeProto.newBuilder().setOpType("Cast").addInput(from).addOutput(to)
                .addAttribute(AttributeProto.newBuilder().setName("to").setType(AttributeProto.AttributeType.INT)
                        .setI(OnnxTensors.number(type)))
                .build();
    }
}
