package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Einsum, determinants, Fourier transforms and tables. */
@Tag("once")
class OnnxFormulasTest {

    /** An equation and the shapes of its operands. */
    private record Sum(String equation, int[]... shapes) {}

    private static final List<Sum> SUMS = List.of(
            new Sum("ij,jk->ik", new int[] {3, 4}, new int[] {4, 5}),
            new Sum("ij,jk", new int[] {3, 4}, new int[] {4, 5}),
            new Sum("ij,jk->ki", new int[] {3, 4}, new int[] {4, 5}),
            new Sum("bij,bjk->bik", new int[] {2, 3, 4}, new int[] {2, 4, 5}),
            new Sum("bhid,bhjd->bhij", new int[] {2, 2, 3, 4}, new int[] {2, 2, 5, 4}),
            new Sum("bhij,bjhd->bihd", new int[] {2, 3, 4, 5}, new int[] {2, 5, 3, 6}),
            new Sum("ij->ji", new int[] {3, 4}),
            new Sum("ij->i", new int[] {3, 4}),
            new Sum("ij->", new int[] {3, 4}),
            new Sum("ii->i", new int[] {4, 4}),
            new Sum("ii", new int[] {4, 4}),
            new Sum("i,i->", new int[] {5}, new int[] {5}),
            new Sum("i,j->ij", new int[] {5}, new int[] {3}),
            new Sum("i,ij->j", new int[] {5}, new int[] {5, 3}),
            new Sum("ij,kj->ikj", new int[] {3, 4}, new int[] {5, 4}),
            new Sum("...ij,...jk->...ik", new int[] {2, 3, 4}, new int[] {2, 4, 5}),
            new Sum("...ij,jk->...ik", new int[] {2, 7, 3, 4}, new int[] {4, 5}),
            new Sum("b n h, h k -> b n k", new int[] {2, 3, 4}, new int[] {4, 5}),
            new Sum("ij,jk,kl->il", new int[] {2, 3}, new int[] {3, 4}, new int[] {4, 5}),
            new Sum("ijk,jl->il", new int[] {2, 3, 4}, new int[] {3, 5}));

    @Test
    void einsum() {
        for (Sum sum : SUMS) {
            OneNode node = new OneNode("Einsum", 12).set("equation", sum.equation);
            for (int[] shape : sum.shapes) {
                node.in(shape);
            }
            node.agrees();
        }
        new OneNode("Einsum", 12).set("equation", "ij,jk->ik").in(uniform(DType.F64, -1, 1, 0, 3, 4))
                .in(uniform(DType.F64, -1, 1, 1, 4, 5)).agrees();
    }

    @Test
    void determinants() {
        for (int n : new int[] {1, 2, 3, 4, 5, 6, 9, 17}) {
            new OneNode("Det", 11).in(n, n).agrees();
            new OneNode("Det", 11).in(2, 3, n, n).agrees();
            new OneNode("Det", 11).in(Literal.splat(DType.F32, 1, n, n)).agrees();
        }
    }

    @Test
    void fourierTransforms() {
        for (int parts = 1; parts < 3; parts++) {
            for (long length : new long[] {0, 6, 16}) {
                for (long inverse = 0; inverse < 2; inverse++) {
                    OneNode node = new OneNode("DFT", 17).in(2, 10, parts).set("axis", 1).set("inverse", inverse);
                    if (length > 0) {
                        node.known(Literal.of(new long[] {length}));
                    }
                    node.agrees();
                }
            }
        }
        new OneNode("DFT", 17).in(2, 10, 1).set("axis", 1).set("onesided", 1).agrees();
        new OneNode("DFT", 17).in(2, 9, 1).set("axis", 1).set("onesided", 1).agrees();
        new OneNode("DFT", 17).in(2, 5, 7, 2).set("axis", 2).agrees();
        new OneNode("DFT", 20).in(2, 5, 7, 2).none().known(Literal.of(new long[] {1})).agrees();
        Literal window = uniform(DType.F32, 0.1, 1, 0, 16);
        for (long oneSided = 0; oneSided < 2; oneSided++) {
            new OneNode("STFT", 17).in(2, 70, 1).known(Literal.of(new long[] {7})).in(window)
                    .known(Literal.of(new long[] {16})).set("onesided", oneSided).agrees();
            new OneNode("STFT", 17).in(2, 70).known(Literal.of(new long[] {20})).none()
                    .known(Literal.of(new long[] {15})).set("onesided", oneSided).agrees();
        }
    }

    /**
     * Of complex numbers and of one side or both. With a window ONNX Runtime reads that as complex numbers, beyond
     * its end; it is given the frames as transforms of their own.
     */
    @Test
    void shortTimeTransformsOfComplexNumbers() {
        for (int length : new int[] {8, 15, 16}) {
            for (int step : new int[] {3, 16}) {
                new OneNode("STFT", 17).in(2, 40, 2).known(Literal.of(new long[] {step})).none()
                        .known(Literal.of(new long[] {length})).set("onesided", 0).agrees();
                OneNode windowed = new OneNode("STFT", 17).in(2, 40, 2).known(Literal.of(new long[] {step}))
                        .known(uniform(DType.F32, 0.1, 1, 0, length)).set("onesided", 0);
                List<NodeProto.Builder> frames = new ArrayList<>();
                List<String> names = new ArrayList<>();
                windowed.beside("axis", 1);
                frames.add(SmallModel.node("Unsqueeze", "column", "w2", "axis"));
                for (int at = 0; at + length <= 40; at += step) {
                    windowed.beside("b" + at, at).beside("e" + at, at + length);
                    frames.add(SmallModel.node("Slice", "s" + at, "x0", "b" + at, "e" + at, "axis"));
                    frames.add(SmallModel.node("Mul", "m" + at, "s" + at, "column"));
                    frames.add(SmallModel.node("DFT", "d" + at, "m" + at)
                            .addAttribute(SmallModel.integer("axis", 1)));
                    frames.add(SmallModel.node("Unsqueeze", "f" + at, "d" + at, "axis"));
                    names.add("f" + at);
                }
                frames.add(SmallModel.node("Concat", "y0", names.toArray(new String[0]))
                        .addAttribute(SmallModel.integer("axis", 1)));
                windowed.writtenOut(frames.toArray(new NodeProto.Builder[0])).agrees();
            }
        }
    }

    /**
     * Windows of integers are cut off: 1 where a window is at its height, else 0, as ONNX's own reference has them.
     * ONNX Runtime's Blackman window, of coefficients in f32, does not quite come to 1.
     */
    @Test
    void windowsOfIntegers() {
        for (DType type : List.of(DType.I8, DType.U8, DType.I32, DType.I64, DType.U64)) {
            for (String op : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
                for (long size = 2; size < 40; size++) {
                    for (long periodic = 0; periodic < 2; periodic++) {
                        OneNode window = new OneNode(op, 17).known(Literal.of(new long[] {size}))
                                .set("periodic", periodic).set("output_datatype", SmallModel.elementType(type));
                        long n = size - 1 + periodic;
                        Literal y = window.run().get("y0");
                        assertEquals(type, y.type());
                        for (int i = 0; i < size; i++) {
                            assertEquals(2 * i == n ? 1 : 0, y.longAt(i), op + " of " + size + ", " + i);
                        }
                        if (!op.equals("BlackmanWindow") && type != DType.U64) {
                            window.agrees();
                        }
                    }
                }
            }
        }
    }

    /** One that is periodic is its first element; a symmetric one divides by 0, as in ONNX's reference. */
    @Test
    void windowsOfOne() {
        for (String op : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
            Literal first = new OneNode(op, 17).known(Literal.of(new long[] {1})).set("periodic", 1).run().get("y0");
            assertEquals(op.equals("HammingWindow") ? 4 / 46.0 : 0, first.doubleAt(0), 1e-7);
            OneNode symmetric = new OneNode(op, 17).known(Literal.of(new long[] {1})).set("periodic", 0);
            assertTrue(Double.isNaN(symmetric.run().get("y0").doubleAt(0)));
            symmetric.agrees();
        }
    }

    @Test
    void tables() {
        for (long periodic = 0; periodic < 2; periodic++) {
            for (String op : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
                new OneNode(op, 17).known(Literal.of(new long[] {10})).set("periodic", periodic).agrees();
            }
        }
        new OneNode("MelWeightMatrix", 17).known(Literal.of(new long[] {8})).known(Literal.of(new long[] {64}))
                .known(Literal.of(new long[] {8000})).known(Literal.scalar(20f)).known(Literal.scalar(4000f)).agrees();
        for (long k = -2; k < 3; k++) {
            new OneNode("EyeLike", 9).in(3, 5).set("k", k).agrees();
        }
    }
}
