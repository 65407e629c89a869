package dev.lanewise.compiler.onnx;

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
import dev.lanewise.formats.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** ONNX models of a few nodes, so that tests need no file, and words to write more of them with. */
public final class SmallModel {

    private SmallModel() {}

    /** relu(x · [[1, 2], [3, 4]]) for x [T, 2]; {@code name} is that of the output and of a node. */
    public static byte[] relu(String name) {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, "T", 2))
                .addInitializer(tensor(new int[] {2, 2}, 1, 2, 3, 4).setName("w"))
                .addNode(node("MatMul", "p", "x", "w"))
                .addNode(node("Relu", name, "p"))
                .addOutput(info(name, DType.F32, "T", 2)));
    }

    /** Two operators that do not exist. */
    public static byte[] unsupported() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, "T", 2))
                .addNode(node("Frobnicate", "p", "x"))
                .addNode(node("Unfrobnicate", "y", "p"))
                .addOutput(info("y", DType.F32, "T", 2)));
    }

    /** h2 = h + x, with names that pair. */
    public static byte[] sum() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 1, 2))
                .addInput(info("state", DType.F32, 1, 2))
                .addNode(node("Add", "stateN", "x", "state"))
                .addNode(node("Relu", "y", "stateN"))
                .addOutput(info("y", DType.F32, 1, 2))
                .addOutput(info("stateN", DType.F32, 1, 2)));
    }

    public static byte[] dense() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, "T", 3))
                .addInitializer(weights("w", 3, 4))
                .addInitializer(weights("b", 4))
                .addNode(node("MatMul", "p", "x", "w"))
                .addNode(node("Add", "s", "p", "b"))
                .addNode(node("Relu", "y", "s"))
                .addOutput(info("y", DType.F32, "T", 4)));
    }

    /** For x [1, 1, T] the sum of each element and its two neighbours. */
    public static byte[] lookingAhead() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 1, 1, "T"))
                .addInitializer(tensor(new int[] {1, 1, 3}, 1, 1, 1).setName("w"))
                .addNode(node("Conv", "y", "x", "w").addAttribute(integers("pads", 1, 1)))
                .addOutput(info("y", DType.F32, 1, 1, "T")));
    }

    /** An LSTM of two units over x [T, 1, 2], from its last frame to its first; y [T, 1, 1, 2]. */
    public static byte[] readingBackwards() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, "T", 1, 2))
                .addInitializer(weights("w", 1, 8, 2))
                .addInitializer(weights("r", 1, 8, 2))
                .addNode(node("LSTM", "y", "x", "w", "r")
                        .addAttribute(integer("hidden_size", 2))
                        .addAttribute(string("direction", "reverse")))
                .addOutput(info("y", DType.F32, "T", 1, 1, 2)));
    }

    public static byte[] convolution() {
        return model(GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 1, 2, 6, 6))
                .addInitializer(weights("w", 4, 2, 3, 3))
                .addNode(node("Conv", "c", "x", "w").addAttribute(integers("pads", 1, 1, 1, 1)))
                .addNode(node("Sigmoid", "s", "c"))
                .addNode(node("Transpose", "t", "s").addAttribute(integers("perm", 0, 2, 3, 1)))
                .addOutput(info("t", DType.F32, 1, 6, 6, 4)));
    }

    /** Rows of a table by ids [T, 1], through an LSTM of two units and a product, weights of 32 a row. */
    public static byte[] embedding() {
        return model(GraphProto.newBuilder()
                .addInput(info("ids", DType.I64, "T", 1))
                .addInitializer(weights("table", 4, 32))
                .addInitializer(weights("w", 1, 8, 32))
                .addInitializer(weights("r", 1, 8, 2))
                .addInitializer(weights("m", 32, 3))
                .addNode(node("Gather", "x", "table", "ids"))
                .addNode(node("LSTM", "h", "x", "w", "r").addAttribute(integer("hidden_size", 2)))
                .addNode(node("MatMul", "y", "x", "m"))
                .addOutput(info("y", DType.F32, "T", 1, 3))
                .addOutput(info("h", DType.F32, "T", 1, 1, 2)));
    }

    public static byte[] model(GraphProto.Builder graph) {
        return model(graph, 17);
    }

    static byte[] model(GraphProto.Builder graph, int opset) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph.setName("small"))
                .build()
                .toByteArray();
    }

    /** A node; its outputs have commas between them. */
    public static NodeProto.Builder node(String type, String outputs, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName("make_" + outputs)
                .addAllInput(List.of(inputs))
                .addAllOutput(List.of(outputs.split(",")));
    }

    static AttributeProto.Builder graph(String name, GraphProto body) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH).setG(body);
    }

    private static AttributeProto.Builder string(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value));
    }

    public static AttributeProto.Builder integer(String name, long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value);
    }

    public static AttributeProto.Builder integers(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute;
    }

    public static TensorProto.Builder number(String name, long value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(elementType(DType.I64))
                .addDims(1)
                .addInt64Data(value);
    }

    /** Elements of u8: these, again and again. */
    public static TensorProto.Builder bytes(String name, int[] shape, int... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(elementType(DType.U8));
        int size = 1;
        for (int extent : shape) {
            tensor.addDims(extent);
            size *= extent;
        }
        for (int i = 0; i < size; i++) {
            tensor.addInt32Data(values[i % values.length]);
        }
        return tensor;
    }

    /** A vector of i64. */
    static TensorProto.Builder longs(String name, long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(elementType(DType.I64));
        tensor.addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor;
    }

    public static TensorProto.Builder tensor(int[] shape, float... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(elementType(DType.F32));
        for (int extent : shape) {
            tensor.addDims(extent);
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor.setRawData(ByteString.copyFrom(bytes));
    }

    public static TensorProto.Builder weights(String name, int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (i * 7 % 11 - 5) / 5f;
        }
        return tensor(shape, values).setName(name);
    }

    /**
     * An input or output.
     *
     * @param shape numbers, and names of symbols; -1 is not stated
     */
    public static ValueInfoProto.Builder info(String name, DType type, Object... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (Object extent : shape) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            if (extent instanceof String symbol) {
                dim.setDimParam(symbol);
            } else if ((Integer) extent >= 0) {
                dim.setDimValue((Integer) extent);
            }
            dims.addDim(dim);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(elementType(type)).setShape(dims)));
    }

    /** ONNX's number of a type. */
    public static int elementType(DType type) {
        for (int number = 1; number < 32; number++) {
            if (OnnxTensors.type(number) == type) {
                return number;
            }
        }
        throw new IllegalArgumentException(type.toString());
    }
}
