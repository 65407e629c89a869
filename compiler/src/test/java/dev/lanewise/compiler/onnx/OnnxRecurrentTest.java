package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Recurrent cells with sequence lengths against ONNX Runtime: the fused ones, and those composed step by step. */
@Tag("once")
class OnnxRecurrentTest {

    private static final int T = 5;
    private static final int B = 3;
    private static final int I = 4;
    private static final int H = 6;
    private static final Literal LENGTHS = Literal.of(DType.I32, new long[] {5, 2, 4}, B);

    private static OneNode cell(String type, int gates, boolean both, float clip) {
        int directions = both ? 2 : 1;
        OneNode node = new OneNode(type, 14)
                .in(T, B, I)
                .known(OneNode.uniform(DType.F32, -1, 1, 1, directions, gates * H, I))
                .known(OneNode.uniform(DType.F32, -1, 1, 2, directions, gates * H, H))
                .known(OneNode.uniform(DType.F32, -1, 1, 3, directions, 2 * gates * H))
                .known(LENGTHS)
                .known(OneNode.uniform(DType.F32, -1, 1, 4, directions, B, H));
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
                cell("LSTM", 4, both, clip).agrees();
                cell("GRU", 3, both, clip).agrees();
                cell("RNN", 1, both, clip).agrees();
            }
        }
    }
}
