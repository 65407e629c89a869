package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;

/** Words to write ONNX models of a few nodes with. */
final class SmallModel {

    private SmallModel() {}

    static byte[] model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph.setName("m"))
                .build()
                .toByteArray();
    }

    static NodeProto.Builder node(String type, String outputs, String... inputs) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName(type + " " + outputs);
        for (String output : outputs.split(",")) {
            node.addOutput(output);
        }
        for (String input : inputs) {
            node.addInput(input);
        }
        return node;
    }

    static AttributeProto.Builder graph(String name, GraphProto body) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH).setG(body);
    }

    static AttributeProto.Builder integer(String name, long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value);
    }

    static TensorProto.Builder number(String name, long value) {
        return TensorProto.newBuilder().setName(name).setDataType(7).addDims(1).addInt64Data(value);
    }

    /** An extent of -1 is not stated. */
    static ValueInfoProto.Builder info(String name, int type, long... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (long extent : shape) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            if (extent >= 0) {
                dim.setDimValue(extent);
            }
            dims.addDim(dim);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(dims)));
    }
}
