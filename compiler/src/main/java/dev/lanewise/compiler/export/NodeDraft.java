package dev.lanewise.compiler.export;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.AttributeProto.AttributeType;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One ONNX node that is being drafted: attributes are added, then its outputs are asked for. */
final class NodeDraft {

    private final String type;
    private final String name;
    /** {@code null} for an input that is absent. */
    private final List<OnnxValue> inputs;
    private final List<OnnxValue> outputs = new ArrayList<>();
    private final List<AttributeProto> attributes = new ArrayList<>();
    private final Map<String, GraphDraft> bodies = new LinkedHashMap<>();

    /**
     * @param name of the step that it is drafted for: what its outputs are called that have no name of their own
     */
    NodeDraft(String type, String name, List<OnnxValue> inputs) {
        this.type = type;
        this.name = name;
        this.inputs = new ArrayList<>(inputs);
        while (!this.inputs.isEmpty() && this.inputs.get(this.inputs.size() - 1) == null) {
            this.inputs.remove(this.inputs.size() - 1);
        }
    }

    NodeDraft integer(String name, long value) {
        attributes.add(attribute(name, AttributeType.INT).setI(value).build());
        return this;
    }

    NodeDraft integers(String name, Collection<Integer> values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.INTS);
        values.forEach(attribute::addInts);
        attributes.add(attribute.build());
        return this;
    }

    NodeDraft integers(String name, int... values) {
        return integers(name, Arrays.stream(values).boxed().toList());
    }

    NodeDraft number(String name, float value) {
        attributes.add(attribute(name, AttributeType.FLOAT).setF(value).build());
        return this;
    }

    NodeDraft text(String name, String value) {
        attributes.add(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build());
        return this;
    }

    NodeDraft texts(String name, String... values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.STRINGS);
        for (String value : values) {
            attribute.addStrings(ByteString.copyFromUtf8(value));
        }
        attributes.add(attribute.build());
        return this;
    }

    NodeDraft tensor(String name, TensorProto value) {
        attributes.add(attribute(name, AttributeType.TENSOR).setT(value).build());
        return this;
    }

    NodeDraft body(String name, GraphDraft body) {
        bodies.put(name, body);
        return this;
    }

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    /** The next output, of the first input's type. */
    OnnxValue out() {
        return out(inputs.get(0).type());
    }

    /** The next output. */
    OnnxValue out(DType outType) {
        OnnxValue value = new OnnxValue(outType);
        outputs.add(value);
        return value;
    }

    String name() {
        return name;
    }

    List<OnnxValue> inputs() {
        return inputs;
    }

    List<OnnxValue> outputs() {
        return outputs;
    }

    Collection<GraphDraft> bodies() {
        return bodies.values();
    }

    /** The node; every value must have its name. */
    NodeProto proto() {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName(outputs.get(0).name());
        inputs.forEach(input -> node.addInput(input == null ? "" : input.name()));
        outputs.forEach(output -> node.addOutput(output.name()));
        node.addAllAttribute(attributes);
        bodies.forEach((name, body) -> node.addAttribute(
                attribute(name, AttributeType.GRAPH).setG(body.proto(name))));
        return node.build();
    }
}
