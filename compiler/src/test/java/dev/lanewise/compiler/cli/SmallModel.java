package dev.lanewise.compiler.cli;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** ONNX files of a few nodes, and tensors beside them. */
final class SmallModel {

    private static final int F32 = 1;

    private SmallModel() {}

    /** relu(x · [[1, 2], [3, 4]]) for x [T, 2]; {@code name} is that of the output and of a node. */
    static Path relu(Path file, String name) throws IOException {
        return write(file, GraphProto.newBuilder()
                .addInput(info("x", "T", 2))
                .addInitializer(tensor(1, 2, 3, 4).setName("w").addDims(2).addDims(2))
                .addNode(node("MatMul", "p", "x", "w"))
                .addNode(node("Relu", name, "p"))
                .addOutput(info(name, "T", 2)));
    }

    /** Two operators that do not exist. */
    static Path unsupported(Path file) throws IOException {
        return write(file, GraphProto.newBuilder()
                .addInput(info("x", "T", 2))
                .addNode(node("Frobnicate", "p", "x"))
                .addNode(node("Unfrobnicate", "y", "p"))
                .addOutput(info("y", "T", 2)));
    }

    /** h2 = h + x, with names that pair. */
    static Path sum(Path file) throws IOException {
        return write(file, GraphProto.newBuilder()
                .addInput(info("x", 1, 2))
                .addInput(info("state", 1, 2))
                .addNode(node("Add", "stateN", "x", "state"))
                .addNode(node("Relu", "y", "stateN"))
                .addOutput(info("y", 1, 2))
                .addOutput(info("stateN", 1, 2)));
    }

    private static Path write(Path file, GraphProto.Builder graph) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return Files.write(file, ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph.setName("small"))
                .build()
                .toByteArray());
    }

    static void tensor(Path file, int[] shape, float... values) throws IOException {
        Files.createDirectories(file.getParent());
        TensorProto.Builder tensor = tensor(values);
        for (int extent : shape) {
            tensor.addDims(extent);
        }
        Files.write(file, tensor.build().toByteArray());
    }

    private static TensorProto.Builder tensor(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return TensorProto.newBuilder().setDataType(F32).setRawData(ByteString.copyFrom(bytes));
    }

    private static NodeProto node(String type, String output, String... inputs) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName("make_" + output).addOutput(output);
        for (String input : inputs) {
            node.addInput(input);
        }
        return node.build();
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
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(F32).setShape(dims)))
                .build();
    }
}
