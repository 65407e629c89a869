package dev.lanewise.bench.row;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Writes small ONNX models, so that every runtime gets the same file. Tensors are f32 unless it says otherwise. */
final class OnnxGraph {

    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;
    private static final int FLOAT = 1;
    private static final int INT8 = 3;
    private static final int INT64 = 7;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("bench");
    private final List<NodeProto.Builder> nodes = new ArrayList<>();
    private int names;

    /** An input of the given extents. */
    String input(String name, int... shape) {
        graph.addInput(info(name, shape));
        return name;
    }

    void output(String name, int... shape) {
        graph.addOutput(info(name, shape));
    }

    /** A weight with {@code values} in row-major order. */
    String weight(float[] values, int... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName("w" + names++).setDataType(FLOAT);
        for (int extent : shape) {
            tensor.addDims(extent);
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes)));
        return tensor.getName();
    }

    /** A weight of 8 bits. */
    String codes(byte[] values, int... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName("q" + names++).setDataType(INT8);
        for (int extent : shape) {
            tensor.addDims(extent);
        }
        graph.addInitializer(tensor.setRawData(ByteString.copyFrom(values)));
        return tensor.getName();
    }

    /** A constant shape, axis or length. */
    String longs(long... values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName("i" + names++).setDataType(INT64).addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    /** A node of one output, whose name is returned; change its attributes through {@link #with}. */
    String node(String type, String... inputs) {
        String output = "v" + names++;
        named(type, List.of(output), inputs);
        return output;
    }

    /** A node whose outputs have given names; an empty name is an output that is not wanted. */
    OnnxGraph named(String type, List<String> outputs, String... inputs) {
        nodes.add(NodeProto.newBuilder()
                .setOpType(type)
                .setName(type + names++)
                .addAllInput(List.of(inputs))
                .addAllOutput(outputs));
        return this;
    }

    /** Gives the node added last an attribute. */
    OnnxGraph with(String attribute, long... values) {
        AttributeProto.Builder ints =
                AttributeProto.newBuilder().setName(attribute).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            ints.addInts(value);
        }
        return with(ints);
    }

    /** Gives the node added last an attribute that is one integer. */
    OnnxGraph withInt(String attribute, long value) {
        return with(AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value));
    }

    OnnxGraph withFloat(String attribute, float value) {
        return with(AttributeProto.newBuilder()
                .setName(attribute)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value));
    }

    /** Moves the node added last to another domain. */
    OnnxGraph domain(String domain) {
        nodes.get(nodes.size() - 1).setDomain(domain);
        return this;
    }

    private OnnxGraph with(AttributeProto.Builder attribute) {
        nodes.get(nodes.size() - 1).addAttribute(attribute);
        return this;
    }

    byte[] bytes() {
        nodes.forEach(graph::addNode);
        nodes.clear();
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("lanewise bench")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ValueInfoProto info(String name, int... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (int extent : shape) {
            dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        TypeProto.Tensor type =
                TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(dims).build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }
}
