package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Quantisation per tensor, per axis and per block; products of quantised matrices. */
@Tag("once")
class OnnxQuantisationTest {

    private static final DType[] BYTES = {DType.U8, DType.I8};

    @Test
    void perTensor() {
        Literal x = uniform(DType.F32, -3, 3, 0, 5, 37);
        for (DType type : BYTES) {
            Literal zero = Literal.of(type, new long[] {type.isUnsigned() ? 120 : -7});
            Literal scale = Literal.scalar(0.0125f);
            new OneNode("QuantizeLinear", 13).in(x).in(scale).in(zero).agrees();
            Literal q = uniform(type, type.isUnsigned() ? 0 : -128, type.isUnsigned() ? 256 : 128, 1, 5, 37);
            new OneNode("DequantizeLinear", 13).in(q).in(scale).in(zero).agrees();
            new OneNode("DequantizeLinear", 13).in(q).in(scale).agrees();
        }
        new OneNode("QuantizeLinear", 10).in(x).known(Literal.scalar(0.03f)).agrees();
        new OneNode("DequantizeLinear", 13).in(uniform(DType.I32, -1e6, 1e6, 0, 9)).in(Literal.scalar(0.5f)).agrees();
    }

    /** Halves go to the even integer. */
    @Test
    void ties() {
        float[] halves = {-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 254.5f, 1e9f, -1e9f};
        Literal zero = Literal.of(DType.I8, new long[] {1});
        new OneNode("QuantizeLinear", 13).in(Literal.of(halves, 9)).in(Literal.scalar(1f)).in(zero).agrees();
    }

    @Test
    void perAxis() {
        int[] shape = {3, 4, 5};
        for (int axis = -3; axis < 3; axis++) {
            int n = shape[axis < 0 ? axis + 3 : axis];
            Literal scale = uniform(DType.F32, 0.01, 0.1, 2, n);
            Literal zero = uniform(DType.U8, 0, 255, 3, n);
            new OneNode("QuantizeLinear", 13).in(3, 4, 5).in(scale).in(zero).set("axis", axis).agrees();
            new OneNode("DequantizeLinear", 13).in(uniform(DType.U8, 0, 255, 0, shape)).in(scale).in(zero)
                    .set("axis", axis).agrees();
        }
    }

    @Test
    void perBlock() {
        Literal scale = uniform(DType.F32, 0.01, 0.1, 2, 3, 2, 5);
        Literal zero = uniform(DType.I8, -9, 9, 3, 3, 2, 5);
        new OneNode("QuantizeLinear", 21).in(3, 8, 5).in(scale).in(zero).set("axis", 1).set("block_size", 4).agrees();
        new OneNode("DequantizeLinear", 21).in(uniform(DType.I8, -128, 128, 0, 3, 8, 5)).in(scale).in(zero)
                .set("axis", 1).set("block_size", 4).agrees();
    }

    @Test
    void theLastBlockIsShorter() {
        Literal scale = uniform(DType.F32, 0.01, 0.1, 2, 3, 3, 5);
        Literal zero = uniform(DType.I8, -9, 9, 3, 3, 3, 5);
        new OneNode("QuantizeLinear", 21).in(3, 7, 5).in(scale).in(zero).set("axis", 1).set("block_size", 3).agrees();
        new OneNode("DequantizeLinear", 21).in(uniform(DType.I8, -128, 128, 0, 3, 7, 5)).in(scale).in(zero)
                .set("axis", -2).set("block_size", 3).agrees();
    }

    @Test
    void byTheirOwnRange() {
        new OneNode("DynamicQuantizeLinear", 11).in(uniform(DType.F32, -3, 5, 0, 4, 9)).outputs(3).agrees();
        new OneNode("DynamicQuantizeLinear", 11).in(uniform(DType.F32, 1, 5, 0, 4, 9)).outputs(3).agrees();
        new OneNode("DynamicQuantizeLinear", 11).in(uniform(DType.F32, -5, -1, 0, 4, 9)).outputs(3).agrees();
    }

    /** Also with more terms than f32 sums exactly. */
    @Test
    void products() {
        for (int k : new int[] {7, 258, 700}) {
            Literal a = uniform(DType.U8, 0, 256, 0, 3, k);
            Literal b = uniform(DType.U8, 0, 256, 1, k, 5);
            Literal aZero = Literal.of(DType.U8, new long[] {12});
            Literal bZero = Literal.of(DType.U8, new long[] {130});
            new OneNode("MatMulInteger", 10).in(a).in(b).agrees();
            new OneNode("MatMulInteger", 10).in(a).in(b).in(aZero).in(bZero).agrees();
            new OneNode("QLinearMatMul", 10).in(a).in(Literal.scalar(0.01f)).in(aZero).in(b).in(Literal.scalar(0.02f))
                    .in(bZero).in(Literal.scalar(0.3f)).in(aZero).agrees();
        }
    }

    /** Sums of 2000 · 255 · 255, far above what f32 holds exactly, with filters that are known and that are not. */
    @Test
    void sumsAboveTheIntegersOfF32() {
        int k = 2000;
        Literal a = Literal.splat(DType.U8, 255, 2, k);
        Literal b = uniform(DType.U8, 250, 256, 1, k, 3);
        new OneNode("MatMulInteger", 10).in(a).in(b).agrees();
        new OneNode("MatMulInteger", 10).in(a).known(b).agrees();
        Literal x = uniform(DType.U8, 250, 256, 2, 1, k, 2);
        Literal w = uniform(DType.U8, 250, 256, 3, 3, k, 1);
        Literal zero = Literal.of(DType.U8, new long[] {1});
        new OneNode("ConvInteger", 10).in(x).in(w).numbers(1).agrees();
        new OneNode("ConvInteger", 10).in(x).known(w).agrees();
        new OneNode("ConvInteger", 10).in(x).known(w).in(zero).known(zero).agrees();
        Literal large = Literal.of(DType.I32, new long[] {1 << 25, -(1 << 26) - 1, 77}, 3);
        for (boolean known : new boolean[] {false, true}) {
            OneNode conv = new OneNode("QLinearConv", 10).in(x).in(Literal.scalar(0.01f)).in(zero);
            (known ? conv.known(w) : conv.in(w)).in(Literal.scalar(0.02f)).in(zero)
                    .in(Literal.scalar(200f)).in(zero).in(large).agrees();
        }
    }
}
