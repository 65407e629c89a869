package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The floating operators of com.microsoft that are no attention, against ONNX Runtime. */
@Tag("once")
class OnnxContribTest {

    private static OneNode node(String type) {
        return new OneNode("com.microsoft:" + type, 17);
    }

    @Test
    void activations() {
        for (DType type : new DType[] {DType.F32, DType.F16}) {
            Literal x = uniform(type, -3, 3, 0, 2, 5, 12);
            Literal bias = uniform(type, -1, 1, 1, 12);
            node("Gelu").in(uniform(DType.F32, -3, 3, 0, 2, 7)).agrees();
            node("FastGelu").in(x).agrees();
            node("FastGelu").in(x).in(bias).agrees();
            node("QuickGelu").in(x).agrees();
            node("QuickGelu").in(x).set("alpha", 0.9f).agrees();
        }
        node("BiasGelu").in(2, 5, 12).in(12).agrees();
        node("BiasGelu").in(12).in(12).agrees();
    }

    @Test
    void norms() {
        node("SkipLayerNormalization").in(2, 3, 16).in(2, 3, 16).in(16).in(16).in(16).agrees();
        node("SkipLayerNormalization").in(2, 3, 16).in(2, 3, 16).in(16).none().in(16).set("epsilon", 0.01f).agrees();
        node("SkipLayerNormalization").in(2, 3, 16).in(1, 3, 16).in(16).in(16).agrees();
        node("SkipLayerNormalization").in(2, 3, 16).in(3, 16).in(16).in(16).agrees();
        node("SkipSimplifiedLayerNormalization").in(2, 3, 16).in(2, 3, 16).in(16).in(16).agrees();
        node("SkipSimplifiedLayerNormalization").in(2, 3, 16).in(2, 3, 16).in(16).agrees();
        node("SkipSimplifiedLayerNormalization").in(uniform(DType.F16, -1, 1, 0, 3, 16))
                .in(uniform(DType.F16, -1, 1, 1, 3, 16)).in(uniform(DType.F16, -1, 1, 2, 16)).agrees();
        new OneNode("SimplifiedLayerNormalization", 17).in(2, 3, 16).in(16).set("axis", -1).agrees();
    }

    @Test
    void embeddings() {
        Literal ids = uniform(DType.I32, 0, 11, 0, 2, 5);
        Literal segments = uniform(DType.I32, 0, 3, 1, 2, 5);
        Literal mask = Literal.of(DType.I32, new long[] {1, 1, 1, 0, 0, 1, 1, 1, 1, 1}, 2, 5);
        Literal[] tables = {
            uniform(DType.F32, -1, 1, 2, 11, 8), uniform(DType.F32, -1, 1, 3, 9, 8), uniform(DType.F32, -1, 1, 4, 3, 8)
        };
        node("EmbedLayerNormalization").in(ids).in(segments).known(tables[0]).known(tables[1]).known(tables[2])
                .in(8).in(8).in(mask).outputs(2).agrees();
        for (int kind = 0; kind < 3; kind++) { // of a mask that is not all zeros and ones, too
            node("EmbedLayerNormalization").in(ids).in(segments).known(tables[0]).known(tables[1]).known(tables[2])
                    .in(8).in(8).in(uniform(DType.I32, 0, 3, 5, 2, 5)).set("mask_index_type", kind).outputs(2).agrees();
        }
        node("EmbedLayerNormalization").in(ids).none().known(tables[0]).known(tables[1]).none()
                .in(8).in(8).outputs(2).agrees();
    }

    @Test
    void products() {
        node("FusedMatMul").in(3, 4).in(4, 5).set("alpha", 0.3f).agrees();
        node("FusedMatMul").in(4, 3).in(5, 4).set("transA", 1).set("transB", 1).agrees();
        node("FusedMatMul").in(2, 7, 4, 3).in(2, 7, 5, 4).set("transA", 1).set("transB", 1).agrees();
        node("FusedMatMul").in(3, 2, 4).in(2, 4, 5).set("transBatchA", 1).agrees();
        node("FusedMatMul").in(3, 2, 7, 4).in(4, 2, 7, 5).set("transBatchA", 1).set("transBatchB", 1).agrees();
        node("FusedMatMul").in(4, 2, 3).in(5, 2, 4).set("transBatchA", 1).set("transBatchB", 1)
                .set("transA", 1).set("transB", 1).set("alpha", 2f).agrees();
        node("TransposeMatMul").in(4, 3).in(4, 5).set("transA", 1).agrees();
    }

    @Test
    void fusedGemm() {
        for (String activation : new String[] {"Relu", "Tanh", "Sigmoid", "Softplus", "Softsign"}) {
            node("FusedGemm").in(3, 4).in(4, 5).in(5).set("activation", activation).set("alpha", 0.7f)
                    .set("beta", 0.5f).agrees();
        }
        node("FusedGemm").in(4, 3).in(5, 4).in(3, 1).set("transA", 1).set("transB", 1)
                .set("activation", "LeakyRelu").set("activation_alpha", 0.2f).agrees();
        node("FusedGemm").in(3, 4).in(4, 5).set("activation", "HardSigmoid").set("activation_alpha", 0.3f)
                .set("activation_beta", 0.6f).agrees();
        node("FusedGemm").in(3, 4).in(4, 5).set("activation", "Elu").set("activation_alpha", 0.5f).agrees();
        node("FusedGemm").in(3, 4).in(4, 5).set("activation", "ThresholdedRelu").set("activation_alpha", 0.5f)
                .agrees();
    }

    @Test
    void fusedConvolutions() {
        long[] pads = {1, 1, 1, 1};
        node("FusedConv").in(2, 3, 9, 8).known(uniform(DType.F32, -1, 1, 1, 5, 3, 3, 3)).in(5)
                .set("activation", "Relu").set("pads", pads).agrees();
        node("FusedConv").in(2, 3, 9, 8).known(uniform(DType.F32, -1, 1, 1, 5, 3, 3, 3)).in(5).in(2, 5, 9, 8)
                .set("activation", "Relu").set("pads", pads).agrees();
        node("FusedConv").in(2, 4, 9, 8).known(uniform(DType.F32, -1, 1, 1, 4, 1, 3, 3)).set("group", 4)
                .set("activation", "Clip").set("activation_params", new float[] {-0.5f, 0.7f}).agrees();
        node("FusedConv").in(1, 3, 9, 8).known(uniform(DType.F32, -1, 1, 1, 5, 3, 3, 3))
                .set("activation", "HardSigmoid").set("activation_params", new float[] {0.3f, 0.4f})
                .set("strides", new long[] {2, 2}).agrees();
        node("FusedConv").in(1, 3, 9, 8).known(uniform(DType.F32, -1, 1, 1, 5, 3, 3, 3))
                .set("activation", "LeakyRelu").set("activation_params", new float[] {0.3f}).agrees();
        for (DType type : new DType[] {DType.U8, DType.I8}) {
            node("NhwcMaxPool").in(uniform(type, 0, 100, 0, 2, 9, 8, 3)).set("kernel_shape", new long[] {3, 2})
                    .set("strides", new long[] {2, 2}).set("pads", new long[] {1, 0, 1, 1}).agrees();
        }
    }

    /** Blocks that fill the rows and one that does not; zero points in all forms; rows in another order. */
    @Test
    void weightsOfFewBits() {
        for (int bits : new int[] {2, 4, 8}) {
            for (int k : new int[] {32, 50}) {
                int blocks = (k + 15) / 16;
                Literal weights = uniform(DType.U8, 0, 256, 1, 5, blocks, 16 * bits / 8);
                Literal scales = uniform(DType.F32, 0.01, 0.1, 2, 5, blocks);
                Literal packed = uniform(DType.U8, 0, 256, 3, 5, (blocks * bits + 7) / 8);
                blockwise(bits, k).in(3, k).known(weights).known(scales).agrees();
                blockwise(bits, k).in(2, 3, k).known(weights).known(scales).known(packed).agrees();
                if (bits != 8) { // ONNX Runtime has floating zero points for these alone
                    Literal floating = uniform(DType.F32, 0, 9, 3, 5, blocks);
                    blockwise(bits, k).in(3, k).known(weights).known(scales).known(floating).none().in(5).agrees();
                }
            }
        }
        Literal weights = uniform(DType.U8, 0, 256, 1, 5, 2, 8);
        Literal scales = uniform(DType.F32, 0.01, 0.1, 2, 5, 2);
        blockwise(4, 32).in(3, 32).in(weights).in(scales).numbers(2, 5, 8, 32).agrees();
        Literal groups = uniform(DType.I32, 0, 2, 4, 32);
        blockwise(4, 32).in(3, 32).known(weights).known(scales).none().known(groups).agrees();
    }

    private static OneNode blockwise(int bits, int k) {
        return node("MatMulNBits").set("K", k).set("N", 5).set("bits", bits).set("block_size", 16);
    }

    @Test
    void weightsFromTables() {
        for (int kind : new int[] {0, 1}) {
            Literal weights = uniform(DType.U8, 0, 256, 1, 5 * 32 / 2);
            Literal largest = uniform(DType.F32, 0.5, 2, 2, 10);
            node("MatMulBnb4").in(3, 32).known(weights).known(largest).set("K", 32).set("N", 5)
                    .set("block_size", 16).set("quant_type", kind).agrees();
        }
    }

    @Test
    void movement() {
        node("Trilu").in(2, 4, 5).known(Literal.scalar(1L)).set("upper", 0).agrees();
        node("Pad").in(2, 3).known(0, 1, 2, 0).known(Literal.scalar(0.5f)).agrees();
        node("Range").known(Literal.scalar(1f)).known(Literal.scalar(9f)).known(Literal.scalar(2f)).agrees();
        node("GatherND").in(4, 5).known(Literal.of(new long[] {1, 3, 0, 2}, 2, 2)).agrees();
        node("ExpandDims").in(4, 5).known(Literal.of(DType.I32, new long[] {1})).agrees();
        node("GridSample").in(1, 2, 5, 6).in(uniform(DType.F32, -1.2, 1.2, 1, 1, 3, 4, 2)).numbers(2).agrees();
        node("ExpandDims").in(4, 5).known(Literal.of(DType.I32, new long[] {-1})).agrees();
    }

    @Test
    void inverses() {
        for (int n = 1; n <= 4; n++) {
            node("Inverse").in(uniform(DType.F32, 1, 3, 5, 2, 3, n, n)).agrees();
        }
    }

    @Test
    void transposedConvolutionWithPadsAsInput() {
        Literal filter = uniform(DType.F32, -1, 1, 1, 3, 2, 3, 3);
        node("ConvTransposeWithDynamicPads").in(1, 3, 5, 6).known(filter).known(1, 0, 2, 1)
                .set("strides", new long[] {2, 1}).agrees();
        node("ConvTransposeWithDynamicPads").in(1, 3, 5, 6).known(filter).known(0, 0, 0, 0).in(2).agrees();
    }

    /** What ONNX Runtime has for graphics cards alone, against the same written out. */
    @Test
    void withoutKernelsForProcessors() {
        on20("BiasSplitGelu").in(2, 5, 12).in(12).numbers(12).writtenOut(
                SmallModel.node("Add", "s", "x0", "x1"),
                SmallModel.node("Split", "a,b", "s").addAttribute(SmallModel.integer("axis", -1))
                        .addAttribute(SmallModel.integer("num_outputs", 2)),
                SmallModel.node("Gelu", "g", "b"), SmallModel.node("Mul", "y0", "a", "g")).agrees();
        on20("BiasAdd").in(2, 5, 12).in(12).in(2, 5, 12).writtenOut(
                SmallModel.node("Sum", "y0", "x0", "x1", "x2")).agrees();
        on20("BiasDropout").in(2, 5, 12).in(12).in(2, 5, 12).writtenOut(
                SmallModel.node("Sum", "y0", "x0", "x1", "x2")).agrees();
        on20("BiasSoftmax").in(2, 5, 12).in(1, 5, 12).set("axis", 2).set("is_inner_broadcast", 0).writtenOut(
                SmallModel.node("Add", "s", "x0", "x1"), SmallModel.node("Softmax", "y0", "s")).agrees();
        on20("GemmFastGelu").in(2, 5, 6).in(6, 7).in(7).writtenOut(
                SmallModel.node("MatMul", "p", "x0", "x1"), SmallModel.node("FastGelu", "y0", "p", "x2")
                        .setDomain("com.microsoft")).agrees();
        on20("FusedMatMulActivation").in(5, 6).in(7, 6).set("transB", 1).set("activation", "Relu").writtenOut(
                SmallModel.node("FusedMatMul", "p", "x0", "x1").setDomain("com.microsoft")
                        .addAttribute(SmallModel.integer("transB", 1)),
                SmallModel.node("Relu", "y0", "p")).agrees();
    }

    private static OneNode on20(String type) {
        return new OneNode("com.microsoft:" + type, 20);
    }

    @Test
    void channelsLast() {
        NodeProto.Builder[] conv = {
            SmallModel.node("Transpose", "first", "x0").addAttribute(SmallModel.integers("perm", 0, 3, 1, 2)),
            SmallModel.node("Conv", "c", "first", "w1", "x2").addAttribute(SmallModel.integers("strides", 2, 1)),
            SmallModel.node("Transpose", "y0", "c").addAttribute(SmallModel.integers("perm", 0, 2, 3, 1))
        };
        for (String type : new String[] {"NhwcConv", "NhwcFusedConv"}) {
            on20(type).in(2, 9, 8, 3).known(uniform(DType.F32, -1, 1, 1, 5, 3, 3, 3)).in(5)
                    .set("strides", new long[] {2, 1}).writtenOut(conv).agrees();
        }
    }

    @Test
    void layoutsOfOneMachineAreRefused() {
        OneNode conv = new OneNode("com.microsoft.nchwc:Conv", 17).in(1, 8, 4, 4).in(8, 8, 1, 1);
        String message = assertThrows(CompileException.class, conv::run).getMessage();
        assertTrue(message.contains("level EXTENDED or BASIC"), message);
    }
}
