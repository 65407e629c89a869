package dev.lanewise.compiler.model;

import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.SmallModel.number;
import static dev.lanewise.compiler.onnx.SmallModel.weights;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.formats.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A decoder with grouped heads as generators of text export it: numbers of keys come from the mask, and
 * the cache of keys and values becomes state. Whole conversations, against ONNX Runtime fed by hand.
 */
@Tag("once")
class GroupedDecoderTest {

    private static final int HEADS = 4;
    private static final int KV_HEADS = 2;
    private static final int D = 16;

    /** Lengths of the calls. */
    private static final int[][] CONVERSATIONS = {{7, 1, 1, 1}, {1, 1, 1}, {4, 3, 1, 5, 1}};

    @TempDir
    Path folder;

    private static byte[] decoder() throws Exception {
        NodeProto.Builder attention = node(
                "GroupQueryAttention", "y,present_key,present_value", "x", "", "", "past_key", "past_value", "last",
                "total", "cos", "sin")
                .setDomain("com.microsoft")
                .addAttribute(integer("num_heads", HEADS))
                .addAttribute(integer("kv_num_heads", KV_HEADS))
                .addAttribute(integer("do_rotary", 1));
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", DType.F32, "batch", "length", (HEADS + 2 * KV_HEADS) * D))
                .addInput(info("mask", DType.I64, "batch", "total_length"))
                .addInput(info("past_key", DType.F32, "batch", KV_HEADS, "past_length", D))
                .addInput(info("past_value", DType.F32, "batch", KV_HEADS, "past_length", D))
                .addInitializer(weights("cos", 40, D / 2))
                .addInitializer(weights("sin", 40, D / 2))
                .addInitializer(number("one", 1))
                .addNode(node("ReduceSum", "keys", "mask", "one").addAttribute(integer("keepdims", 0)))
                .addNode(node("Sub", "but_one", "keys", "one"))
                .addNode(node("Cast", "last", "but_one").addAttribute(integer("to", 6)))
                .addNode(node("Shape", "shape", "mask"))
                .addNode(node("Gather", "extent", "shape", "one"))
                .addNode(node("Cast", "total", "extent").addAttribute(integer("to", 6)))
                .addNode(attention)
                .addOutput(info("y", DType.F32, "batch", "length", HEADS * D))
                .addOutput(info("present_key", DType.F32, "batch", KV_HEADS, "total_length", D))
                .addOutput(info("present_value", DType.F32, "batch", KV_HEADS, "total_length", D));
        return ModelProto.parseFrom(SmallModel.model(graph)).toBuilder()
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
                .build()
                .toByteArray();
    }

    @Test
    void conversations() throws Exception {
        byte[] model = decoder();
        CompileOptions options = CompileOptions.defaults()
                .dim("batch", 1, 1).dim("length", 1, 8).dim("past_length", 0, 32).dim("total_length", 1, 40);
        Lane lane = new Lane(Files.write(folder.resolve("decoder.onnx"), model), options);
        assertEquals(List.of("past_key", "past_value"), lane.session.model().stateNames());
        Agreement agreement = new Agreement("decoder");
        try (OnnxRuntime runtime = new OnnxRuntime(model)) {
            for (int[] lengths : CONVERSATIONS) {
                lane.session.state().reset();
                talk(lane, runtime, lengths, agreement);
            }
        }
        assertEquals(12, agreement.compared());
    }

    private static void talk(Lane lane, OnnxRuntime runtime, int[] lengths, Agreement agreement) throws Exception {
        Random random = new Random(lengths[0]);
        Literal key = Literal.of(new float[0], 1, KV_HEADS, 0, D);
        Literal value = key;
        int seen = 0;
        for (int length : lengths) {
            seen += length;
            float[] x = new float[length * (HEADS + 2 * KV_HEADS) * D];
            for (int i = 0; i < x.length; i++) {
                x[i] = random.nextFloat() - 0.5f;
            }
            Map<String, Literal> inputs = new HashMap<>(Map.of(
                    "x", Literal.of(x, 1, length, x.length / length), "mask", Literal.splat(DType.I64, 1, 1, seen)));
            lane.run(inputs);
            inputs.put("past_key", key);
            inputs.put("past_value", value);
            Map<String, Literal> expected = runtime.run(inputs);
            key = expected.get("present_key");
            value = expected.get("present_value");
            agreement.compare("token " + seen, expected.get("y"), lane.output("y"));
        }
    }
}
