package dev.lanewise.bench.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.diff.DiffInputs;
import dev.lanewise.compiler.diff.DiffResult;
import dev.lanewise.compiler.diff.NodeDiff;
import dev.lanewise.compiler.diff.NodeDifference;
import dev.lanewise.compiler.diff.Peer;
import dev.lanewise.compiler.diff.Peers;
import dev.lanewise.compiler.diff.Reference;
import dev.lanewise.compiler.diff.Watch;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.compiler.onnx.OnnxModel;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.runtime.LoadOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnnxRuntimePeerTest {

    private static final int FLOAT = 1;
    private static final int BIASED = 1;

    /** tanh(x + b) + b for x [T, 2]. */
    private static ModelProto model(float bias) {
        TypeProto.Tensor type = TypeProto.Tensor.newBuilder()
                .setElemType(FLOAT)
                .setShape(TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("T"))
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(2)))
                .build();
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(bias).putFloat(1).flip();
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("small")
                .addInitializer(TensorProto.newBuilder()
                        .setName("b").setDataType(FLOAT).addDims(2).setRawData(ByteString.copyFrom(bytes)))
                .addInput(ValueInfoProto.newBuilder()
                        .setName("x").setType(TypeProto.newBuilder().setTensorType(type)))
                .addNode(node("Tanh", "t", "x"))
                .addNode(node("Add", "s", "t", "b"))
                .addNode(node("Tanh", "y", "s"))
                .addOutput(ValueInfoProto.newBuilder()
                        .setName("y").setType(TypeProto.newBuilder().setTensorType(type)));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type).setName("make_" + output).addAllInput(List.of(inputs)).addOutput(output).build();
    }

    /** @param given the bytes that ONNX Runtime gets */
    private static DiffResult diff(byte[] bytes, byte[] given) throws IOException {
        CompileOptions options = CompileOptions.defaults().dim("T", 4);
        OnnxModel model = OnnxImporter.readNamed("small", bytes, null, options);
        DiffInputs inputs = DiffInputs.of(model.graph(), Map.of(), 4, 7);
        Peer peer = assertInstanceOf(OnnxRuntimePeer.class, Peer.find().orElseThrow());
        return new NodeDiff(model.graph(), options, LoadOptions.Start.SCALAR).run(inputs,
                Reference.of(model.graph(), inputs, Watch.PATIENT),
                Peers.run(peer, "small", given, null, model, inputs.data()), 1e-5);
    }

    @Test
    void everyNodeIsCompared() throws IOException {
        DiffResult result = diff(model(2).toByteArray(), model(2).toByteArray());
        assertEquals(List.of("make_t", "make_s", "make_y", "y"),
                result.rows().stream().map(NodeDifference::node).toList());
        result.rows().forEach(row -> assertNotNull(row.peer(), row.node()));
        assertNull(result.first(), result.summary());
    }

    @Test
    void aWrongWeightIsFoundWhereItIsUsedFirst() throws IOException {
        DiffResult result = diff(model(2).toByteArray(), model(2.5f).toByteArray());
        assertEquals(List.of(false, true, true, true), result.rows().stream().map(result::parts).toList());
        assertEquals("make_s", result.first().node());
        assertEquals("ONNX Runtime", result.whoParts(result.first()));
        assertEquals(0.5, result.rows().get(BIASED).peer().absolute(), 1e-6);
    }

    @Test
    void whatItRefusesIsSaid() {
        byte[] foreign = model(2).toBuilder().setIrVersion(1_000).build().toByteArray();
        IOException error = assertThrows(IOException.class, () -> diff(model(2).toByteArray(), foreign));
        assertEquals("ONNX Runtime refuses the model", error.getMessage().replaceFirst(":.*", "").trim());
    }
}
