package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Padding before a convolution or pooling is done by it, where that computes what ONNX Runtime does. */
class MergedPadsTest {

    private static Spelling image(String nodes) {
        return new Spelling().in("x", 2, 3, 7, 6).weights("w", 4, 3, 3, 3).weights("b", 4)
                .weights("pads", Literal.of(new long[] {0, 0, 1, 0, 0, 0, 1, 2}, 8)).nodes(nodes);
    }

    @Test
    void convolutions() throws Exception {
        for (String conv : List.of(
                "y = Conv(Pad(x, pads), w, b)",
                "y = Conv(Pad(x, pads, 0), w, b; strides=[2, 2])",
                "y = Conv(Pad(x, pads), w, b; pads=[1, 0, 2, 1], dilations=[2, 1])",
                "p = Pad(x, pads); y = Add(Conv(p, w), Conv(p, w, b))",
                "y = Relu(Conv(Pad(Transpose(x; perm=[0, 1, 2, 3]), pads), w))")) {
            image(conv).has(0, StepKind.PAD);
        }
        Literal sequence = OneNode.uniform(DType.F32, -1, 1, 3, 1, 3, 9);
        new Spelling().in("x", sequence, 1, 3, "T").dim("T", 1, 20).weights("w", 4, 3, 3)
                .nodes("y = Conv(Pad(x, [0, 0, 4, 0, 0, 0]), w; dilations=[2])").has(0, StepKind.PAD);
    }

    @Test
    void pooling() throws Exception {
        for (String pool : List.of(
                "y = MaxPool(Pad(x, pads, -inf); kernel_shape=[3, 3])",
                "y = MaxPool(Pad(x, pads, -inf); kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0])",
                "y = MaxPool(Pad(Relu(x), pads); kernel_shape=[3, 3], strides=[2, 1])",
                "y = AveragePool(Pad(x, pads); kernel_shape=[3, 3])",
                "y = AveragePool(Pad(x, pads); kernel_shape=[3, 3], pads=[1, 1, 0, 0], count_include_pad=1)")) {
            image(pool).has(0, StepKind.PAD);
        }
    }

    @Test
    void whatIsNotTheSame() throws Exception {
        for (String nodes : List.of(
                "y = Conv(Pad(x, pads, 1), w)",
                "y = Conv(Pad(x, pads; mode=reflect), w)",
                "y = Conv(Pad(x, [0, 0, 1, 1, 1, 0, 1, 1]), w)",
                "y = AveragePool(Pad(x, pads, 2); kernel_shape=[3, 3])",
                "y = AveragePool(Pad(x, pads); kernel_shape=[3, 3], pads=[1, 1, 0, 0])")) {
            image(nodes).has(1, StepKind.PAD);
        }
    }

    /** ONNX Runtime itself merges these, and wrongly, unless what was padded is an output as well. */
    @Test
    void maximaThatPaddingTakesPartIn() throws Exception {
        for (String nodes : List.of(
                "p = Pad(x, pads); y = MaxPool(p; kernel_shape=[3, 3])",
                "p = Pad(x, pads, -0.5); y = MaxPool(p; kernel_shape=[3, 3])",
                "p = Pad(Relu(x), pads); y = MaxPool(p; kernel_shape=[2, 2])")) {
            image(nodes).outputs("p", "y").agrees();
        }
    }
}
