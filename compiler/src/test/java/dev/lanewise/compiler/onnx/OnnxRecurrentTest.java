package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recurrent cells against ONNX Runtime: the fused ones, and those composed of products and elementwise steps. */
@Tag("once")
class OnnxRecurrentTest {

    private static final int T = 5;
    private static final int B = 3;
    private static final int I = 4;
    private static final int H = 6;
    private static final String[] TYPES = {"LSTM", "GRU", "RNN"};
    private static final Literal LENGTHS = Literal.of(DType.I32, new long[] {5, 2, 4}, B);

    /** A cell whose weights are given when the model runs, where they are not {@code known}. */
    private static OneNode cell(String type, boolean known, boolean both, float clip) {
        int gates = type.equals("LSTM") ? 4 : type.equals("GRU") ? 3 : 1;
        int directions = both ? 2 : 1;
        OneNode node = new OneNode(type, 14).in(OneNode.uniform(DType.F32, -1, 1, 0, T, B, I));
        Literal[] weights = {
            OneNode.uniform(DType.F32, -1, 1, 1, directions, gates * H, I),
            OneNode.uniform(DType.F32, -1, 1, 2, directions, gates * H, H),
            OneNode.uniform(DType.F32, -1, 1, 3, directions, 2 * gates * H)
        };
        for (Literal value : weights) {
            if (known) {
                node.known(value);
            } else {
                node.in(value);
            }
        }
        node.known(LENGTHS).known(OneNode.uniform(DType.F32, -1, 1, 4, directions, B, H));
        if (type.equals("LSTM")) {
            node.known(OneNode.uniform(DType.F32, -1, 1, 5, directions, B, H));
        }
        if (clip > 0) {
            node.set("clip", clip);
        }
        return node.set("hidden_size", H)
                .set("direction", both ? "bidirectional" : "forward")
                .outputs(type.equals("LSTM") ? 3 : 2);
    }

    @Test
    void lengths() {
        for (boolean both : new boolean[] {false, true}) {
            for (float clip : new float[] {0, 0.4f}) {
                for (String type : TYPES) {
                    cell(type, true, both, clip).agrees();
                }
            }
        }
    }

    @Test
    void weightsComputedAtRunTime() {
        for (String type : TYPES) {
            cell(type, false, true, 0).numbers(2, H).agrees();
        }
    }

    /** Gates of Keras's first versions. */
    @Test
    void hardGates() {
        cell("LSTM", true, false, 0)
                .set("activations", new String[] {"HardSigmoid", "Tanh", "Tanh"})
                .set("activation_alpha", new float[] {0.3f})
                .set("activation_beta", new float[] {0.4f})
                .agrees();
        cell("GRU", true, true, 0)
                .set("activations", new String[] {"HardSigmoid", "Tanh", "HardSigmoid", "Relu"})
                .set("activation_alpha", new float[] {0.2f, 0.2f})
                .set("activation_beta", new float[] {0.5f, 0.5f})
                .agrees();
    }

    /** No initial state, and more steps than anybody would write out. */
    @Test
    void manySteps() {
        new OneNode("GRU", 14)
                .in(300, 2, 3)
                .known(OneNode.uniform(DType.F32, -1, 1, 1, 1, 12, 3))
                .known(OneNode.uniform(DType.F32, -1, 1, 2, 1, 12, 4))
                .set("hidden_size", 4)
                .set("clip", 0.5f)
                .set("direction", "reverse")
                .outputs(2)
                .agrees();
    }
}
