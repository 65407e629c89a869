package dev.lanewise.compiler.random;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A node being written: attributes first, then what it gives. */
final class Draft {

    private final Growth growth;
    private final NodeProto.Builder node;
    private final List<Operand> outputs = new ArrayList<>();

    Draft(Growth growth, String type, Operand... inputs) {
        this.growth = growth;
        node = NodeProto.newBuilder().setOpType(type);
        for (Operand input : inputs) {
            node.addInput(input == null ? "" : input.name());
        }
    }

    /** Of ONNX Runtime's own operators. */
    Draft contrib() {
        node.setDomain("com.microsoft");
        return this;
    }

    Draft set(String name, int... values) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return set(name, attribute);
    }

    Draft set(String name, long value) {
        return set(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.INT).setI(value));
    }

    Draft set(String name, float value) {
        return set(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.FLOAT).setF(value));
    }

    Draft set(String name, String value) {
        return set(name, AttributeProto.newBuilder()
                .setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
    }

    Draft set(String name, GraphProto body) {
        return set(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.GRAPH).setG(body));
    }

    private Draft set(String name, AttributeProto.Builder attribute) {
        node.addAttribute(attribute.setName(name));
        return this;
    }

    /** Adds the node, which has one output. */
    Operand gives(DType type, List<Extent> shape, double limit) {
        return also(type, shape, limit).done().get(0);
    }

    /** One more output, of those that {@link #done} gives. */
    Draft also(DType type, List<Extent> shape, double limit) {
        Operand output = growth.name(type, shape, limit);
        node.addOutput(output.name());
        outputs.add(output);
        return this;
    }

    /** Adds the node, whose output is a sequence: no value that others pick. */
    Operand givesSequence() {
        Operand sequence = growth.name(DType.F32, List.of(), Double.POSITIVE_INFINITY);
        node.addOutput(sequence.name());
        done();
        return sequence;
    }

    List<Operand> done() {
        growth.add(node.setName("make_" + node.getOutput(0)).build(), outputs);
        return outputs;
    }
}
