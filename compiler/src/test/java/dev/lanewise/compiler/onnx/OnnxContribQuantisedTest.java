package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The operators of com.microsoft on quantised tensors, against ONNX Runtime: integers are the same to the last bit. */
@Tag("once")
class OnnxContribQuantisedTest {

    private static final DType[] BYTES = {DType.U8, DType.I8};
    private static final int HIDDEN = 6;

    private static OneNode node(String type) {
        return new OneNode("com.microsoft:" + type, 17);
    }

    private static Literal bytes(DType type, int seed, int... shape) {
        return uniform(type, type.isUnsigned() ? 0 : -128, type.isUnsigned() ? 256 : 128, seed, shape);
    }

    private static Literal zero(DType type) {
        return Literal.of(type, new long[] {type.isUnsigned() ? 117 : -9});
    }

    private static Literal scale(double value) {
        return Literal.scalar((float) value);
    }

    @Test
    void arithmetic() {
        for (DType type : BYTES) {
            for (String op : new String[] {"QLinearAdd", "QLinearMul"}) {
                double product = op.equals("QLinearMul") ? 0.041 : 0.017;
                node(op).in(bytes(type, 0, 3, 7)).known(scale(0.0131)).known(zero(type)).in(bytes(type, 1, 3, 7))
                        .known(scale(0.0217)).known(zero(type)).known(scale(product)).known(zero(type)).agrees();
                node(op).in(bytes(type, 0, 3, 7)).known(scale(0.0131)).known(zero(type)).in(bytes(type, 1, 7))
                        .known(scale(0.0217)).known(zero(type)).known(scale(product)).known(zero(type)).agrees();
            }
        }
    }

    @Test
    void functions() {
        for (DType type : BYTES) {
            node("QLinearSigmoid").in(bytes(type, 0, 4, 9)).known(scale(0.031)).known(zero(type))
                    .known(scale(1 / 256.)).known(Literal.of(type, new long[] {type.isUnsigned() ? 0 : -128})).agrees();
            node("QLinearLeakyRelu").in(bytes(type, 0, 4, 9)).known(scale(0.031)).known(zero(type))
                    .known(scale(0.0277)).known(zero(type)).set("alpha", 0.1f).agrees();
            for (int opset : new int[] {11, 13}) {
                node("QLinearSoftmax").in(bytes(type, 0, 2, 3, 5)).known(scale(0.031)).known(zero(type))
                        .known(scale(1 / 256.)).known(Literal.of(type, new long[] {type.isUnsigned() ? 0 : -128}))
                        .set("axis", opset == 11 ? 1 : -1).set("opset", opset).agrees();
            }
        }
    }

    @Test
    void pooling() {
        for (DType type : BYTES) {
            node("QLinearAveragePool").in(bytes(type, 0, 2, 3, 9, 8)).known(scale(0.031)).known(zero(type))
                    .known(scale(0.0277)).known(zero(type)).set("kernel_shape", new long[] {3, 2})
                    .set("strides", new long[] {2, 2}).set("pads", new long[] {1, 0, 1, 1}).agrees();
            node("QLinearGlobalAveragePool").in(bytes(type, 0, 2, 3, 9, 8)).known(scale(0.031)).known(zero(type))
                    .known(scale(0.0177)).known(zero(type)).agrees();
            node("QLinearGlobalAveragePool").in(bytes(type, 0, 2, 9, 8, 3)).known(scale(0.031)).known(zero(type))
                    .known(scale(0.0177)).known(zero(type)).set("channels_last", 1).agrees();
            node("QLinearAveragePool").in(bytes(type, 0, 2, 9, 8, 3)).known(scale(0.031)).known(zero(type))
                    .known(scale(0.0277)).known(zero(type)).set("kernel_shape", new long[] {3, 3})
                    .set("count_include_pad", 1).set("pads", new long[] {1, 1, 1, 1}).set("channels_last", 1)
                    .agrees();
        }
    }

    /** Halves, of which the even neighbour is with or without the zero point, as ONNX Runtime has it. */
    @Test
    void ties() {
        for (DType type : BYTES) {
            for (String op : new String[] {"QLinearAdd", "QLinearMul"}) {
                node(op).in(bytes(type, 0, 300)).known(scale(0.5)).known(zero(type)).in(bytes(type, 1, 300))
                        .known(scale(0.5)).known(zero(type)).known(scale(1)).known(zero(type)).agrees();
            }
            for (int last = 0; last < 2; last++) {
                int[] shape = last == 1 ? new int[] {20, 2, 1, 30} : new int[] {20, 30, 2, 1};
                node("QLinearGlobalAveragePool").in(bytes(type, 0, shape)).known(scale(0.031)).known(zero(type))
                        .known(scale(0.031)).known(zero(type)).set("channels_last", last).agrees();
                node("QLinearAveragePool").in(bytes(type, 0, 2, 3, 9, 8)).known(scale(0.031)).known(zero(type))
                        .known(scale(0.031)).known(zero(type)).set("kernel_shape", new long[] {3, 2})
                        .set("strides", new long[] {2, 3}).set("pads", new long[] {1, 0, 1, 1}).set("ceil_mode", 1)
                        .set("count_include_pad", last).agrees();
            }
        }
    }

    /** ONNX Runtime knows the operator by name and has no kernel for it: against its formula in double precision. */
    @Test
    void means() {
        int[] shape = {3, 4, 5};
        for (DType type : BYTES) {
            Literal x = bytes(type, 0, shape);
            double zeroPoint = zero(type).doubleAt(0);
            for (long keep = 0; keep < 2; keep++) {
                double[] sums = new double[4];
                for (int i = 0; i < x.size(); i++) {
                    sums[i / 5 % 4] += (x.doubleAt(i) - zeroPoint) * 0.0213f;
                }
                Literal y = node("QLinearReduceMean").in(x).known(scale(0.0213)).known(zero(type)).known(scale(0.0067))
                        .known(zero(type)).set("axes", new long[] {0, -1}).set("keepdims", keep).run().get("y0");
                assertArrayEquals(keep == 1 ? new int[] {1, 4, 1} : new int[] {4}, y.shape());
                for (int i = 0; i < 4; i++) {
                    double expected = Math.rint(sums[i] / 15 / 0.0067f) + zeroPoint;
                    double least = type == DType.U8 ? 0 : -128;
                    assertEquals(Math.max(least, Math.min(least + 255, expected)), y.doubleAt(i), type + " " + i);
                }
            }
        }
    }

    @Test
    void choices() {
        for (DType type : BYTES) {
            node("QLinearConcat").known(scale(0.0277)).known(zero(type))
                    .in(bytes(type, 0, 2, 3, 5)).known(scale(0.031)).known(zero(type))
                    .in(bytes(type, 1, 2, 4, 5)).known(scale(0.022)).known(zero(type)).set("axis", 1).agrees();
            node("QLinearWhere").in(uniform(DType.BOOL, 0, 2, 0, 3, 5)).in(bytes(type, 1, 3, 5)).known(scale(0.031))
                    .known(zero(type)).in(bytes(type, 2, 5)).known(scale(0.022)).known(zero(type))
                    .known(scale(0.0277)).known(zero(type)).agrees();
        }
    }

    @Test
    void products() {
        for (DType type : BYTES) {
            node("QGemm").in(bytes(DType.U8, 0, 3, 40)).known(scale(0.01)).known(zero(DType.U8))
                    .known(bytes(type, 1, 40, 6)).known(scale(0.02)).known(zero(type))
                    .known(uniform(DType.I32, -1000, 1000, 2, 6)).known(scale(0.071)).known(zero(DType.U8)).agrees();
            node("QGemm").in(bytes(DType.U8, 0, 40, 3)).known(scale(0.01)).known(zero(DType.U8))
                    .known(bytes(type, 1, 6, 40)).known(uniform(DType.F32, 0.01, 0.03, 3, 6))
                    .known(bytes(type, 4, 6)).none().none().none().set("transA", 1).set("transB", 1)
                    .set("alpha", 0.7f).agrees();
            node("MatMulIntegerToFloat").in(bytes(DType.U8, 0, 2, 3, 40)).known(bytes(type, 1, 40, 6))
                    .known(scale(0.01)).known(scale(0.02)).known(zero(DType.U8)).known(zero(type)).in(6).agrees();
            node("MatMulIntegerToFloat").in(bytes(type, 0, 3, 400)).known(bytes(type, 1, 400, 6))
                    .known(scale(0.01)).known(uniform(DType.F32, 0.01, 0.03, 3, 6)).agrees();
            node("DynamicQuantizeMatMul").in(2, 3, 40).known(bytes(type, 1, 40, 6)).known(scale(0.02))
                    .known(zero(type)).in(6).agrees();
            node("DynamicQuantizeMatMul").in(3, 40).known(bytes(type, 1, 40, 6))
                    .known(uniform(DType.F32, 0.01, 0.03, 3, 6)).known(bytes(type, 5, 6)).agrees();
        }
    }

    @Test
    void convolutions() {
        long[] pads = {1, 1, 1, 1};
        for (DType type : BYTES) {
            for (int last = 0; last < 2; last++) {
                Literal x = last == 0 ? bytes(DType.U8, 0, 2, 3, 9, 8) : bytes(DType.U8, 0, 2, 9, 8, 3);
                node("QLinearConv").in(x).known(scale(0.01)).known(zero(DType.U8)).known(bytes(type, 1, 5, 3, 3, 3))
                        .known(scale(0.02)).known(Literal.of(type, new long[] {type.isUnsigned() ? 117 : 0}))
                        .known(scale(0.071)).known(zero(DType.U8)).known(uniform(DType.I32, -1000, 1000, 2, 5))
                        .set("pads", pads).set("channels_last", last).agrees();
            }
        }
    }

    @Test
    void quantisation() {
        for (DType type : new DType[] {DType.U8, DType.I8, DType.I16}) {
            Literal zero = Literal.of(type, new long[] {3, 9, 7, 1}, 4);
            Literal scales = uniform(DType.F32, 0.01, 0.1, 2, 4);
            node("QuantizeLinear").in(uniform(DType.F32, -3, 3, 0, 4, 5)).in(scales).in(zero).set("axis", 0).agrees();
            node("DequantizeLinear").in(uniform(type, 0, 100, 0, 4, 5)).in(scales).in(zero).set("axis", 0).agrees();
            Literal one = Literal.of(type, new long[] {5});
            node("QuantizeLinear").in(uniform(DType.F32, -3, 3, 0, 4, 5)).in(scale(0.03)).in(one).agrees();
            node("DequantizeLinear").in(uniform(type, 0, 100, 0, 4, 5)).in(scale(0.03)).in(one).agrees();
        }
    }

    /** A batch of 1: with more of them ONNX Runtime quantises rows on their own, by the number of its threads. */
    @Test
    void recurrentCells() {
        for (DType type : BYTES) {
            for (String direction : new String[] {"forward", "reverse", "bidirectional"}) {
                lstm(type, direction, false).agrees();
                lstm(type, direction, true).agrees();
                lstm(type, direction, true).set("input_forget", 1).set("clip", 0.5f).agrees();
                lstm(type, direction, false).set("activations", directions(direction) == 2
                        ? new String[] {"Sigmoid", "Relu", "Tanh", "HardSigmoid", "Tanh", "Softsign"}
                        : new String[] {"Sigmoid", "Relu", "Tanh"}).agrees();
            }
        }
    }

    private static int directions(String direction) {
        return direction.equals("bidirectional") ? 2 : 1;
    }

    private static OneNode lstm(DType type, String direction, boolean more) {
        int d = directions(direction);
        OneNode node = node("DynamicQuantizeLSTM").set("hidden_size", HIDDEN).set("direction", direction)
                .in(5, 1, 4).known(bytes(type, 1, d, 4, 4 * HIDDEN)).known(bytes(type, 2, d, HIDDEN, 4 * HIDDEN))
                .numbers(4, 2, 6, 3 * HIDDEN);
        if (more) {
            node.known(uniform(DType.F32, -1, 1, 3, d, 8 * HIDDEN)).known(Literal.of(DType.I32, new long[] {3}, 1))
                    .in(d, 1, HIDDEN).in(d, 1, HIDDEN).known(uniform(DType.F32, -1, 1, 4, d, 3 * HIDDEN));
        } else {
            node.none().none().none().none().none();
        }
        Literal scale = uniform(DType.F32, 0.004, 0.008, 5, d);
        Literal zero = Literal.splat(type, type.isUnsigned() ? 128 : 0, d);
        return node.known(scale).known(zero).known(scale).known(zero).outputs(3);
    }
}
