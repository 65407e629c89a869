package dev.lanewise.compiler.export;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The constants of an ONNX model: the same small one only once. Also knows which version the model needs. */
final class Constants {

    /** Bytes up to which constants are compared. */
    private static final int SMALL = 256;

    private record Entry(OnnxValue value, TensorProto tensor) {}

    private final Versions versions = new Versions();
    private final List<Entry> entries = new ArrayList<>();
    private final Map<TensorProto, OnnxValue> small = new HashMap<>();
    private long bytes;

    Versions versions() {
        return versions;
    }

    /** A constant of that content; the tensor's name does not count. */
    OnnxValue add(DType type, TensorProto tensor) {
        boolean shared = tensor.getRawData().size() <= SMALL;
        OnnxValue known = shared ? small.get(tensor) : null;
        if (known != null) {
            return known;
        }
        OnnxValue value = new OnnxValue(type);
        entries.add(new Entry(value, tensor));
        bytes += tensor.getRawData().size();
        if (shared) {
            small.put(tensor, value);
        }
        return value;
    }

    OnnxValue of(Literal literal) {
        return add(literal.type(), tensor(literal.type(), ByteString.copyFrom(literal.encode()), literal.shape()));
    }

    /** A scalar. */
    OnnxValue scalar(DType type, double value) {
        return of(Literal.of(type, new double[] {value}));
    }

    /** A vector of i64. */
    OnnxValue integers(long... values) {
        return of(Literal.of(values, values.length));
    }

    /** The form that ONNX gives elements. */
    static TensorProto tensor(DType type, ByteString elements, int... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(OnnxTensors.number(type));
        for (int extent : shape) {
            tensor.addDims(extent);
        }
        return tensor.setRawData(elements).build();
    }

    /** Leaves out all others. */
    void retain(Set<OnnxValue> used) {
        entries.removeIf(entry -> !used.contains(entry.value));
    }

    void nameAll(Names names) {
        entries.forEach(entry -> names.give(entry.value));
        entries.forEach(entry -> names.give(entry.value, "constant"));
    }

    void addTo(GraphProto.Builder graph) {
        entries.forEach(entry -> graph.addInitializer(entry.tensor.toBuilder().setName(entry.value.name())));
    }

    /** Bytes of all constants so far. */
    long bytes() {
        return bytes;
    }
}
