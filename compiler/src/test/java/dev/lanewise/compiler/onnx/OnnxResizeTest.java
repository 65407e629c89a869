package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.longs;
import static dev.lanewise.compiler.onnx.SmallModel.model;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Resize against ONNX Runtime: with extents that are numbers, and with one compiled model at several extents. */
@Tag("once")
class OnnxResizeTest {

    private static final List<String> MODES = List.of("nearest", "linear", "cubic");
    private static final List<String> COORDINATES = List.of(
            "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric");
    private static final int[][] EXTENTS = {{4, 6}, {7, 5}, {1, 3}, {11, 2}};
    /** Scales that no f32 rounds to the other side of an element or a length. */
    private static final float[][] SCALES = {{2, 3}, {0.5f, 1.5f}, {2.6f, 0.75f}};

    @Test
    void sizes() {
        for (String mode : MODES) {
            for (String coordinates : List.of("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")) {
                resize(mode, coordinates, 1, 1, 9, 3);
                resize(mode, coordinates, 1, 1, 3, 11);
            }
        }
        resize("linear", "half_pixel", 1, 1, 1, 1);
    }

    private static void resize(String mode, String coordinates, long... sizes) {
        new OneNode("Resize", 13).in(1, 1, 5, 6).none().none().known(sizes)
                .set("mode", mode).set("coordinate_transformation_mode", coordinates).agrees();
    }

    @Test
    void scalesOfSymbols() {
        for (String mode : MODES) {
            for (String coordinates : COORDINATES) {
                for (float[] scale : SCALES) {
                    boolean whole = scale[0] == 2;
                    if (coordinates.equals("align_corners") && !whole) {
                        continue; // ONNX Runtime goes by the rounded length, ONNX's reference by the exact one
                    }
                    if (coordinates.equals("half_pixel_symmetric") && mode.equals("nearest") && !whole) {
                        continue; // places half-way between elements, which f32 puts on either side
                    }
                    NodeProto.Builder resize = node("Resize", "y", "x", "", "scales")
                            .addAttribute(text("mode", mode))
                            .addAttribute(text("coordinate_transformation_mode", coordinates));
                    agrees(symbolic(resize)
                            .addInitializer(SmallModel.tensor(new int[] {4}, 1, 1, scale[0], scale[1])
                                    .setName("scales")), mode + " " + coordinates + " " + scale[0]);
                }
            }
        }
    }

    @Test
    void nearestModesOfSymbols() {
        for (String nearest : List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")) {
            for (String coordinates : List.of("half_pixel", "asymmetric")) {
                NodeProto.Builder resize = node("Resize", "y", "x", "", "scales")
                        .addAttribute(text("nearest_mode", nearest))
                        .addAttribute(text("coordinate_transformation_mode", coordinates));
                agrees(symbolic(resize)
                        .addInitializer(SmallModel.tensor(new int[] {4}, 1, 1, 0.5f, 1.5f).setName("scales")),
                        nearest + " " + coordinates);
            }
        }
    }

    @Test
    void regionsOfSymbols() {
        for (String mode : List.of("nearest", "linear")) {
            NodeProto.Builder resize = node("Resize", "y", "x", "roi", "", "sizes")
                    .addAttribute(text("mode", mode))
                    .addAttribute(text("coordinate_transformation_mode", "tf_crop_and_resize"))
                    .addAttribute(number("extrapolation_value", 7));
            agrees(symbolic(resize)
                    .addInitializer(longs("sizes", 1, 2, 5, 1))
                    .addInitializer(SmallModel.tensor(new int[] {8}, 0, 0, 0.1f, 0.3f, 1, 1, 1.15f, 0.7f)
                            .setName("roi")), mode);
        }
    }

    @Test
    void cubicCoefficientsOfSymbols() {
        for (long outside = 0; outside < 2; outside++) {
            NodeProto.Builder resize = node("Resize", "y", "x", "", "scales")
                    .addAttribute(text("mode", "cubic"))
                    .addAttribute(integer("exclude_outside", outside))
                    .addAttribute(number("cubic_coeff_a", -0.5f));
            agrees(symbolic(resize)
                    .addInitializer(SmallModel.tensor(new int[] {4}, 1, 1, 1.7f, 0.6f).setName("scales")),
                    "outside " + outside);
        }
    }

    /** As exporters write it: the sizes are 2 H + 1 and W / 2 of the image itself. */
    @Test
    void sizesFromShapes() {
        for (String mode : MODES) {
            for (String coordinates : COORDINATES) {
                GraphProto.Builder graph = GraphProto.newBuilder()
                        .addInitializer(SmallModel.number("one", 1)).addInitializer(SmallModel.number("two", 2))
                        .addInitializer(SmallModel.number("three", 3)).addInitializer(longs("front", 1, 2))
                        .addNode(node("Shape", "shape", "x"))
                        .addNode(node("Gather", "h", "shape", "two"))
                        .addNode(node("Gather", "w", "shape", "three"))
                        .addNode(node("Mul", "2h", "h", "two"))
                        .addNode(node("Add", "h'", "2h", "one"))
                        .addNode(node("Div", "w'", "w", "two"))
                        .addNode(node("Concat", "sizes", "front", "h'", "w'").addAttribute(integer("axis", 0)));
                NodeProto.Builder resize = node("Resize", "y", "x", "", "", "sizes")
                        .addAttribute(text("mode", mode))
                        .addAttribute(text("coordinate_transformation_mode", coordinates));
                agrees(symbolic(graph, resize), mode + " " + coordinates);
            }
        }
    }

    /** As old exporters write it: new extents over old ones, in floating point. */
    @Test
    void scalesFromShapes() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(SmallModel.tensor(new int[] {1}, 2).setName("factor"))
                .addInitializer(SmallModel.tensor(new int[] {2}, 1, 1).setName("front"))
                .addInitializer(longs("from", 2)).addInitializer(longs("to", 4))
                .addNode(node("Shape", "shape", "x"))
                .addNode(node("Slice", "hw", "shape", "from", "to"))
                .addNode(node("Cast", "old", "hw").addAttribute(integer("to", 1)))
                .addNode(node("Mul", "product", "old", "factor"))
                .addNode(node("Floor", "new", "product"))
                .addNode(node("Div", "ratio", "new", "old"))
                .addNode(node("Concat", "scales", "front", "ratio").addAttribute(integer("axis", 0)));
        agrees(symbolic(graph, node("Resize", "y", "x", "", "scales").addAttribute(text("mode", "linear"))), "ratio");
    }

    @Test
    void oneScaleForAllAxes() {
        for (String policy : List.of("not_larger", "not_smaller")) {
            NodeProto.Builder resize = node("Resize", "y", "x", "", "", "sizes")
                    .addAttribute(text("mode", "linear"))
                    .addAttribute(text("keep_aspect_ratio_policy", policy))
                    .addAttribute(SmallModel.integers("axes", 2, 3));
            agrees(symbolic(resize).addInitializer(longs("sizes", 9, 8)), policy);
        }
    }

    /** Kernels as wide as the elements of a smaller result: how many elements meet follows from the extents. */
    @Test
    void antialiasingOfSymbols() {
        for (String mode : List.of("linear", "cubic")) {
            for (String coordinates : List.of("half_pixel", "asymmetric", "pytorch_half_pixel")) {
                for (long outside = 0; outside < 2; outside++) {
                    String what = mode + " " + coordinates + " outside " + outside;
                    NodeProto.Builder scaled = node("Resize", "y", "x", "", "scales").addAttribute(text("mode", mode))
                            .addAttribute(integer("antialias", 1)).addAttribute(integer("exclude_outside", outside))
                            .addAttribute(text("coordinate_transformation_mode", coordinates));
                    agrees(symbolic(scaled)
                            .addInitializer(SmallModel.tensor(new int[] {4}, 1, 1, 0.5f, 2).setName("scales")), what);
                    agrees(symbolic(scaled)
                            .addInitializer(SmallModel.tensor(new int[] {4}, 1, 1, 2, 0.35f).setName("scales")), what);
                    NodeProto.Builder sized = node("Resize", "y", "x", "", "", "sizes").addAttribute(text("mode", mode))
                            .addAttribute(integer("antialias", 1)).addAttribute(integer("exclude_outside", outside))
                            .addAttribute(text("coordinate_transformation_mode", coordinates));
                    agrees(symbolic(sized).addInitializer(longs("sizes", 1, 2, 3, 4)), what);
                }
            }
        }
    }

    @Test
    void antialiasingNeedsNoMoreThanAFewWeights() {
        NodeProto.Builder resize = node("Resize", "y", "x", "", "scales")
                .addAttribute(text("mode", "linear")).addAttribute(integer("antialias", 1));
        byte[] model = model(symbolic(resize)
                .addInitializer(SmallModel.tensor(new int[] {4}, 1, 1, 0.5f, 1).setName("scales")), 19);
        CompileException refused = assertThrows(CompileException.class,
                () -> Compiler.compile("m", model, null, CompileOptions.defaults().dim("H", 12_000).dim("W", 12)));
        assertTrue(refused.getMessage().contains("antialiasing along axis 2 of H, made"), refused.getMessage());
    }

    /** Cut off, as ONNX's reference does; antialiased they are rounded, by ONNX Runtime after each axis. */
    @Test
    void integers() {
        for (DType type : List.of(DType.U8, DType.I8, DType.I32)) {
            Literal x = OneNode.uniform(type, type == DType.U8 ? 0 : -128, type == DType.U8 ? 256 : 128, 1, 1, 2, 7, 6);
            for (float scale : new float[] {0.6f, 1.7f, 2}) {
                Literal scales = Literal.of(new float[] {1, 1, scale, scale}, 4);
                OneNode linear = new OneNode("Resize", 19).in(x).none().known(scales).set("mode", "linear");
                if (scale == 2) { // by which no f32 misses a whole number
                    linear.agrees();
                } else {
                    withinOne(linear, type + " by " + scale);
                }
                if (type != DType.I8) { // which ONNX Runtime keeps between 0 and 255
                    withinOne(new OneNode("Resize", 19).in(x).none().known(scales).set("mode", "linear")
                            .set("antialias", 1), type + " by " + scale);
                }
            }
        }
    }

    private static void withinOne(OneNode resize, String what) {
        Literal expected;
        try {
            expected = resize.truth().get("y0");
        } catch (ai.onnxruntime.OrtException e) {
            throw new AssertionError(what + ": ONNX Runtime itself: " + e.getMessage(), e);
        }
        Literal found = resize.run().get("y0");
        assertEquals(expected.describe(), found.describe(), what);
        for (int i = 0; i < found.size(); i++) {
            assertEquals(expected.longAt(i), found.longAt(i), 1, what + ", element " + i);
        }
    }

    /** What ONNX Runtime has on no integers: what it has on floats, cut off or rounded, within the type. */
    @Test
    void integersAsFloats() {
        for (DType type : List.of(
                DType.I8, DType.U8, DType.I16, DType.U16, DType.I32, DType.U32, DType.I64, DType.U64)) {
            double low = type.isUnsigned() ? 0 : -128;
            Literal x = OneNode.uniform(type, low, low + 256, 2, 1, 1, 6, 5);
            Literal floats = Literal.of(DType.F32, x.toDoubles(), x.shape());
            Literal scales = Literal.of(new float[] {1, 1, 1.5f, 0.7f}, 4);
            for (String mode : List.of("linear", "cubic")) {
                for (long antialias = 0; antialias < 2; antialias++) {
                    String what = mode + " " + antialias + " of " + type;
                    Literal found = new OneNode("Resize", 19).in(x).none().known(scales).set("mode", mode)
                            .set("antialias", antialias).run().get("y0");
                    assertEquals(type, found.type(), what);
                    Literal expected;
                    try {
                        expected = new OneNode("Resize", 19).in(floats).none().known(scales).set("mode", mode)
                                .set("antialias", antialias).truth().get("y0");
                    } catch (ai.onnxruntime.OrtException e) {
                        throw new AssertionError(what + ": ONNX Runtime itself: " + e.getMessage(), e);
                    }
                    for (int i = 0; i < found.size(); i++) {
                        double least = type == DType.I8 ? -128 : type.isUnsigned() ? 0 : -1e9;
                        double most = type == DType.I8 ? 127 : type == DType.U8 ? 255 : 1e9;
                        double e = Math.max(least, Math.min(most, expected.doubleAt(i)));
                        double less = Math.abs(e) - Math.abs(found.doubleAt(i));
                        assertTrue(antialias == 1 ? Math.abs(less) < 0.501 : less > -0.001 && less < 1,
                                what + ", element " + i + " is " + found.doubleAt(i) + " of " + e);
                    }
                }
            }
        }
    }

    private static GraphProto.Builder symbolic(NodeProto.Builder resize) {
        return symbolic(GraphProto.newBuilder(), resize);
    }

    private static GraphProto.Builder symbolic(GraphProto.Builder graph, NodeProto.Builder resize) {
        return graph.addInput(info("x", DType.F32, 1, 2, "H", "W")).addNode(resize)
                .addOutput(info("y", DType.F32, -1, -1, -1, -1));
    }

    private static AttributeProto.Builder text(String name, String value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRING)
                .setS(com.google.protobuf.ByteString.copyFromUtf8(value));
    }

    private static AttributeProto.Builder number(String name, float value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOAT).setF(value);
    }

    /** One compiled model at all {@link #EXTENTS}. */
    private static void agrees(GraphProto.Builder graph, String what) {
        byte[] model = model(graph, 19);
        CompileOptions options = CompileOptions.defaults().dim("H", 12).dim("W", 12);
        Session session = Model.of(Compiler.compile("m", model, null, options).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
        Random random = new Random(1);
        try (OnnxRuntime runtime = new OnnxRuntime(model)) {
            for (int[] extents : EXTENTS) {
                float[] values = new float[2 * extents[0] * extents[1]];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat();
                }
                Literal x = Literal.of(values, 1, 2, extents[0], extents[1]);
                session.input("x").setShape(x.shape());
                Elements.decode(session.input("x"), ByteBuffer.wrap(x.encode()));
                session.run();
                Tensor y = session.output("y");
                Literal expected = runtime.run(Map.of("x", x)).get("y");
                String where = what + " of " + extents[0] + " x " + extents[1];
                assertArrayEquals(expected.shape(), y.shape(), where);
                Literal found = Literal.decode(y.type(), ByteBuffer.wrap(Elements.encode(y)), y.shape());
                for (int i = 0; i < found.size(); i++) {
                    assertEquals(expected.doubleAt(i), found.doubleAt(i), 1e-5, where + ", element " + i);
                }
            }
        } catch (ai.onnxruntime.OrtException e) {
            throw new AssertionError(what + ": ONNX Runtime itself: " + e.getMessage(), e);
        }
    }
}
