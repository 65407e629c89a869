package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An ONNX sequence: a list of tensors whose length is known when the model is compiled, or parts of one tensor whose
 * number an extent says. There is none at run time: operators on sequences only say which tensors others use.
 * Immutable.
 */
public final class OnnxSequence {

    private final List<Value> values;
    private final OnnxParts parts;

    OnnxSequence(List<Value> values) {
        this.values = List.copyOf(values);
        this.parts = null;
    }

    OnnxSequence(OnnxParts parts) {
        this.values = null;
        this.parts = parts;
    }

    /** What this is where its length is not known; {@code null} where it is. */
    OnnxParts parts() {
        return parts;
    }

    /**
     * The tensors.
     *
     * @throws dev.lanewise.formats.UnsupportedOpException where nobody knows how many there are
     */
    List<Value> values() {
        if (parts != null) {
            throw parts.unknown();
        }
        return values;
    }

    /** The same of other tensors, as a body calls them. */
    OnnxSequence map(UnaryOperator<Value> change) {
        return parts != null ? new OnnxSequence(parts.map(change)) : new OnnxSequence(
                values.stream().map(change).toList());
    }

    int size() {
        return values().size();
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
