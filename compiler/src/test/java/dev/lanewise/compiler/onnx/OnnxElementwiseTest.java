package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Elementwise operators whose attributes, types or versions make a difference. */
@Tag("once")
class OnnxElementwiseTest {

    @Test
    void clip() {
        new OneNode("Clip", 7).in(4, 9).set("min", -0.5f).agrees();
        new OneNode("Clip", 7).in(4, 9).set("max", 0.25f).set("min", -0.5f).agrees();
        Literal low = Literal.scalar(-0.4f);
        Literal high = Literal.scalar(0.3f);
        for (int opset : new int[] {11, 13}) {
            new OneNode("Clip", opset).in(4, 9).known(low).known(high).agrees();
            new OneNode("Clip", opset).in(4, 9).known(low).agrees();
            new OneNode("Clip", opset).in(4, 9).none().known(high).agrees();
            new OneNode("Clip", opset).in(4, 9).agrees();
            new OneNode("Clip", opset).in(4, 9).in(low).in(high).agrees();
            new OneNode("Clip", opset).in(4, 9).known(high).known(low).agrees(); // min above max
        }
        Literal integer = Literal.of(DType.I32, new long[] {3});
        new OneNode("Clip", 13).in(uniform(DType.I32, -9, 9, 0, 4, 9)).none().known(integer).agrees();
    }

    @Test
    void powersOfMixedTypes() {
        DType[] types = {DType.F32, DType.F64, DType.I32, DType.I64};
        for (DType base : types) {
            for (DType exponent : types) {
                new OneNode("Pow", 15).in(uniform(base, 1, 5, 0, 3, 5)).in(uniform(exponent, 0, 4, 1, 5)).agrees();
            }
        }
    }

    @Test
    void remainders() {
        for (DType type : new DType[] {DType.I32, DType.I64, DType.I8, DType.U8}) {
            double low = type.isUnsigned() ? 0 : -20;
            Literal divisor = Literal.of(type, new long[] {3, 7, type.isUnsigned() ? 5 : -5, 1}, 4);
            new OneNode("Mod", 13).in(uniform(type, low, 20, 0, 5, 4)).in(divisor).agrees();
            new OneNode("Mod", 13).in(uniform(type, low, 20, 0, 5, 4)).in(divisor).set("fmod", 1).agrees();
        }
        new OneNode("Mod", 13).in(uniform(DType.F32, -9, 9, 0, 5, 4)).in(uniform(DType.F32, 1, 3, 1, 4))
                .set("fmod", 1).agrees();
    }

    @Test
    void infinitiesAndNan() {
        float[] odd = {0, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1};
        for (int flags = 0; flags < 4; flags++) {
            new OneNode("IsInf", 10).in(Literal.of(odd, 5))
                    .set("detect_positive", flags & 1).set("detect_negative", flags >> 1).agrees();
        }
        new OneNode("IsNaN", 13).in(Literal.of(odd, 5)).agrees();
        for (String op : List.of("Relu", "Sigmoid", "Tanh", "Abs", "Neg", "Exp", "Sign", "Floor", "Ceil", "Round")) {
            new OneNode(op, 13).in(Literal.of(odd, 5)).agrees();
        }
    }

    @Test
    void manyOperands() {
        for (String op : List.of("Max", "Min", "Sum", "Mean")) {
            new OneNode(op, 8).in(3, 4).agrees();
            new OneNode(op, 8).in(3, 4).in(4).in(3, 1).agrees();
        }
        new OneNode("Max", 13).in(uniform(DType.I64, -9, 9, 0, 7)).in(uniform(DType.I64, -9, 9, 1, 7)).agrees();
    }

    @Test
    void shifts() {
        for (String direction : List.of("LEFT", "RIGHT")) {
            new OneNode("BitShift", 11).in(uniform(DType.U8, 0, 256, 0, 9)).in(uniform(DType.U8, 0, 8, 1, 9))
                    .set("direction", direction).agrees();
        }
    }

    @Test
    void activationsWithParameters() {
        for (int wide = 0; wide < 2; wide++) {
            Literal x = uniform(DType.F32, -4, 4, wide, 3, 37);
            new OneNode("LeakyRelu", 7).in(x).set("alpha", 0.3f).agrees();
            new OneNode("Elu", 7).in(x).set("alpha", 1.5f).agrees();
            new OneNode("Celu", 12).in(x).set("alpha", 1.5f).agrees();
            new OneNode("Selu", 7).in(x).agrees();
            new OneNode("Selu", 7).in(x).set("alpha", 2f).set("gamma", 0.5f).agrees();
            new OneNode("HardSigmoid", 7).in(x).agrees();
            new OneNode("HardSigmoid", 7).in(x).set("alpha", 0.4f).set("beta", 0.1f).agrees();
            new OneNode("ThresholdedRelu", 10).in(x).set("alpha", 0.7f).agrees();
            new OneNode("Shrink", 9).in(x).set("lambd", 1.5f).set("bias", 0.5f).agrees();
            new OneNode("PRelu", 9).in(x).in(uniform(DType.F32, 0, 1, 0, 37)).agrees();
            for (String approximate : List.of("none", "tanh")) {
                new OneNode("Gelu", 20).in(x).set("approximate", approximate).agrees();
            }
            for (String op : List.of("Softplus", "Softsign", "HardSwish", "Mish", "Erf")) {
                new OneNode(op, 18).in(x).agrees();
            }
        }
    }

    @Test
    void dropoutIsTheIdentityUnlessTrained() {
        new OneNode("Dropout", 7).in(3, 4).set("ratio", 0.3f).agrees();
        for (int opset : new int[] {7, 10}) {
            new OneNode("Dropout", opset).in(3, 4).outputs(2).agrees();
        }
        new OneNode("Dropout", 12).in(3, 4).known(Literal.scalar(0.3f)).outputs(2).agrees();
        Literal no = Literal.of(DType.BOOL, new long[] {0});
        new OneNode("Dropout", 13).in(3, 4).in(Literal.scalar(0.7f)).in(no).outputs(2).agrees();
        new OneNode("Dropout", 13).in(3, 4).none().in(no).outputs(2).agrees();
        Literal x = Literal.splat(DType.F32, 1, 4_000);
        Literal yes = Literal.of(DType.BOOL, new long[] {1});
        new OneNode("Dropout", 13).in(3, 4).in(Literal.scalar(0f)).in(yes).outputs(2).agrees();
        var trained = new OneNode("Dropout", 13).in(x).known(Literal.scalar(0.25f)).known(yes).outputs(2).run();
        double kept = 0;
        for (int i = 0; i < 4_000; i++) {
            boolean mask = trained.get("y1").longAt(i) != 0;
            assertEquals(mask ? 1 / 0.75 : 0, trained.get("y0").doubleAt(i), 1e-6);
            kept += mask ? 1 : 0;
        }
        // five standard deviations of a binomial distribution
        assertEquals(3_000, kept, 5 * Math.sqrt(4_000 * 0.25 * 0.75));
    }
}
