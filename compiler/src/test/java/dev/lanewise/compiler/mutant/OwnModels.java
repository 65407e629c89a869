package dev.lanewise.compiler.mutant;

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
import java.util.List;

/** Small ONNX models made here, so that tests need no file. */
final class OwnModels {

    private OwnModels() {}

    static List<byte[]> all() {
        return List.of(dense(), convolution());
    }

    private static byte[] dense() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", "T", 3))
                .addInitializer(weights("w", 3, 4))
                .addInitializer(weights("b", 4))
                .addNode(node("MatMul", "p", "x", "w"))
                .addNode(node("Add", "s", "p", "b"))
                .addNode(node("Relu", "y", "s"))
                .addOutput(info("y", "T", 4)));
    }

    private static byte[] convolution() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", 1, 2, 6, 6))
                .addInitializer(weights("w", 4, 2, 3, 3))
                .addNode(node("Conv", "c", "x", "w").toBuilder().addAttribute(ints("pads", 1, 1, 1, 1)).build())
                .addNode(node("Sigmoid", "s", "c"))
                .addNode(node("Transpose", "t", "s").toBuilder().addAttribute(ints("perm", 0, 2, 3, 1)).build())
                .addOutput(info("t", 1, 6, 6, 4)));
    }

    private static byte[] model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph.setName("own"))
                .build()
                .toByteArray();
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName("make_" + output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static ValueInfoProto info(String name, Object... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (Object extent : shape) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            if (extent instanceof String symbol) {
                dim.setDimParam(symbol);
            } else {
                dim.setDimValue((Integer) extent);
            }
            dims.addDim(dim);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(dims)))
                .build();
    }

    private static TensorProto weights(String name, int... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(1);
        int size = 1;
        for (int extent : shape) {
            tensor.addDims(extent);
            size *= extent;
        }
        ByteBuffer data = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            data.putFloat((i * 7 % 11 - 5) / 5f);
        }
        return tensor.setRawData(ByteString.copyFrom(data.flip())).build();
    }
}
