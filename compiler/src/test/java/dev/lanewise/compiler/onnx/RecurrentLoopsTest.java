package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.graph;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.WrittenOutCell.H;
import static dev.lanewise.compiler.onnx.WrittenOutCell.I;
import static dev.lanewise.formats.DType.F32;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.proto.StepKind;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loops whose bodies are recurrent cells become operations over whole sequences. */
@Tag("once")
class RecurrentLoopsTest {

    private static final int T = 7;
    private static final int B = 3;
    private static final Map<String, Literal> INPUTS = Map.of(
            "x", OneNode.uniform(F32, -1, 1, 1, T, B, I), "h0", OneNode.uniform(F32, -1, 1, 2, B, H),
            "c0", OneNode.uniform(F32, -1, 1, 3, B, H));

    /** h and c and x to h', c' and y, by nodes that {@code cell} adds. */
    private static GraphProto.Builder lstmBody(GraphProto.Builder body) {
        WrittenOutCell cell = new WrittenOutCell(body, "v").gates("ifgo");
        String[] next = cell.lstm("x_t", "h", "c");
        body.addNode(node("Identity", "h'", next[0]))
                .addNode(node("Identity", "c'", next[1]))
                .addNode(node("Identity", "y_t", next[0]));
        return body.setName("body");
    }

    private static GraphProto.Builder scanBody() {
        return lstmBody(GraphProto.newBuilder()
                .addInput(info("h", F32, B, H)).addInput(info("c", F32, B, H)).addInput(info("x_t", F32, B, I))
                .addOutput(info("h'", F32, B, H)).addOutput(info("c'", F32, B, H)).addOutput(info("y_t", F32, B, H)));
    }

    private static AttributeProto.Builder directions(String name, long... values) {
        AttributeProto.Builder list =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            list.addInts(value);
        }
        return list;
    }

    private static GraphProto.Builder model(Object t, NodeProto.Builder loop) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", F32, t, B, I)).addInput(info("h0", F32, B, H)).addInput(info("c0", F32, B, H))
                .addNode(loop)
                .addOutput(info("hn", F32, B, H)).addOutput(info("cn", F32, B, H)).addOutput(info("y", F32, t, B, H));
        new WrittenOutCell(graph, "w").gates("ifgo").addWeights(graph, I);
        return graph;
    }

    private static OnnxAgreement agreement(String what, GraphProto.Builder model) {
        return new OnnxAgreement(what, SmallModel.model(model), INPUTS,
                CompileOptions.defaults().autoState(false).dim("T", 20));
    }

    @Test
    void scan() {
        for (int in = 0; in < 2; in++) {
            for (int out = 0; out < 2; out++) {
                for (Object t : new Object[] {T, "T"}) {
                    NodeProto.Builder scan = node("Scan", "hn,cn,y", "h0", "c0", "x")
                            .addAttribute(integer("num_scan_inputs", 1))
                            .addAttribute(directions("scan_input_directions", in))
                            .addAttribute(directions("scan_output_directions", out))
                            .addAttribute(graph("body", scanBody().build()));
                    OnnxAgreement agreement = agreement("scan " + in + out + t, model(t, scan)).agrees();
                    if (in == out) {
                        agreement.hasOnly(StepKind.LSTM, 1);
                    } else {
                        agreement.has(StepKind.LSTM, 1).has(StepKind.REPEAT, 0);
                    }
                }
            }
        }
    }
}
