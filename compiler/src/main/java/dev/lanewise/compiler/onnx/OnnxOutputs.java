package dev.lanewise.compiler.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.FormatException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Shows what a model computes on its way, to runtimes that give outputs alone. */
public final class OnnxOutputs {

    private OnnxOutputs() {}

    /**
     * A copy of a model whose outputs are these besides its own. They state no type: a reader infers it.
     *
     * @param file the model's name, for errors
     * @param model an ONNX file
     * @param names of outputs of its nodes
     * @throws FormatException where the bytes are no ONNX model
     */
    public static byte[] add(String file, byte[] model, Collection<String> names) {
        ModelProto.Builder copy;
        try {
            copy = ModelProto.newBuilder().mergeFrom(model);
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(file, "", "not an ONNX model, or damaged (" + e.getMessage() + ")", e);
        }
        GraphProto.Builder graph = copy.getGraph().toBuilder();
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        for (String name : names) {
            if (outputs.add(name)) {
                graph.addOutput(ValueInfoProto.newBuilder().setName(name));
            }
        }
        return copy.setGraph(graph).build().toByteArray();
    }
}
