package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import java.util.List;

/**
 * An ONNX sequence: a list of tensors whose length is known when the model is compiled. There is none at
 * run time: operators on sequences only say which tensors others use. Immutable.
 */
public record OnnxSequence(List<Value> values) {

    public OnnxSequence {
        values = List.copyOf(values);
    }

    int size() {
        return values.size();
    }

    /** The type of one element. Extents of the same name need not be equal in two elements: none has a name. */
    public static TypeProto elementType(TypeProto sequence) {
        TypeProto type = sequence.getSequenceType().getElemType();
        if (!type.getTensorType().hasShape()) {
            return type;
        }
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        type.getTensorType().getShape().getDimList().forEach(dim -> shape.addDim(
                dim.hasDimParam() ? TensorShapeProto.Dimension.getDefaultInstance() : dim));
        return type.toBuilder().setTensorType(type.getTensorType().toBuilder().setShape(shape)).build();
    }

    /** What element {@code i} of an input or output is called as a tensor of its own: {@code x[0]}. */
    public static String element(String sequence, int i) {
        return sequence + "[" + i + "]";
    }
}
