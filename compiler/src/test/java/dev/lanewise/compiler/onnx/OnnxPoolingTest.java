package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pooling against ONNX Runtime, with extents that are numbers and with symbols. */
@Tag("once")
class OnnxPoolingTest {

    private static final List<String> TYPES = List.of("MaxPool", "AveragePool", "LpPool");

    /** How much padding there is follows from extents that are known when the model runs. */
    @Test
    void automaticPadding() {
        for (String type : TYPES) {
            for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
                for (long[] strides : new long[][] {{2, 3}, {3, 2}, {1, 2}}) {
                    for (boolean include : padding(type)) {
                        pool(type, 12, include).set("strides", strides).set("auto_pad", auto).agrees();
                    }
                }
            }
        }
        for (DType type : List.of(DType.I8, DType.U8)) {
            Literal x = OneNode.uniform(type, type == DType.I8 ? -100 : 0, 100, 1, 1, 3, 10, 7);
            new OneNode("MaxPool", 12).in(x).set("kernel_shape", new long[] {3, 4}).set("strides", new long[] {2, 3})
                    .set("auto_pad", "SAME_LOWER").agrees();
        }
    }

    /** Windows that begin inside and end outside. */
    @Test
    void ceiling() {
        for (String type : TYPES) {
            for (long[] dilations : new long[][] {{1, 1}, {2, 3}}) {
                for (long[] pads : new long[][] {{0, 0, 0, 0}, {1, 0, 1, 1}, {0, 1, 2, 0}}) {
                    for (long[] strides : new long[][] {{2, 3}, {3, 2}}) {
                        for (boolean include : padding(type)) {
                            pool(type, 19, include).set("strides", strides).set("dilations", dilations)
                                    .set("pads", pads).set("ceil_mode", 1).agrees();
                        }
                    }
                }
            }
        }
    }

    private static boolean[] padding(String type) {
        return type.equals("AveragePool") ? new boolean[] {false, true} : new boolean[] {false};
    }

    private static OneNode pool(String type, int opset, boolean countIncludePad) {
        OneNode node = new OneNode(type, opset).in(2, 5, 13, 8).set("kernel_shape", new long[] {3, 2});
        if (type.equals("LpPool")) {
            node.set("p", 3L);
        }
        return countIncludePad ? node.set("count_include_pad", 1) : node;
    }
}
