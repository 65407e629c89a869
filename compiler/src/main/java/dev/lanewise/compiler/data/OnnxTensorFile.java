package dev.lanewise.compiler.data;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.onnx.proto.SequenceProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One ONNX {@code TensorProto} or {@code SequenceProto}, as the ONNX project's test data has them ({@code .pb}). */
public final class OnnxTensorFile {

    private OnnxTensorFile() {}

    /**
     * Reads a file.
     *
     * @throws FormatException where it is damaged
     * @throws dev.lanewise.formats.UnsupportedOpException where its element type is none of Lanewise's
     */
    public static Literal read(Path file) throws IOException {
        return new OnnxTensors(file.toString(), null).read(parse(file));
    }

    /** The name that a tensor bears; empty where it has none. */
    public static String name(Path file) throws IOException {
        return parse(file).getName();
    }

    private static TensorProto parse(Path file) throws IOException {
        try {
            return TensorProto.parseFrom(Files.readAllBytes(file));
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(file.toString(), "", "not an ONNX tensor, or damaged: " + e.getMessage(), e);
        }
    }

    /** Reads a file that holds a sequence of tensors; throws as {@link #read}. */
    public static List<Literal> readSequence(Path file) throws IOException {
        try {
            SequenceProto sequence = SequenceProto.parseFrom(Files.readAllBytes(file));
            OnnxTensors tensors = new OnnxTensors(file.toString(), null);
            return sequence.getTensorValuesList().stream().map(tensors::read).toList();
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(file.toString(), "", "not an ONNX sequence, or damaged: " + e.getMessage(), e);
        }
    }
}
