package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.graph;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.integers;
import static dev.lanewise.compiler.onnx.SmallModel.model;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.SmallModel.number;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F32;
import static dev.lanewise.formats.DType.I64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** If and Loop whose course data decide, against ONNX Runtime. */
@Tag("once")
class OnnxControlTest {

    /** s' = s + x, as long as the first element of s' is below 10; collects s'. */
    private static GraphProto sumUntilLarge() {
        return GraphProto.newBuilder()
                .setName("body")
                .addInput(info("t", I64)).addInput(info("go", BOOL)).addInput(info("s", F32, 2))
                .addNode(node("Add", "s'", "s", "x"))
                .addNode(node("Slice", "first", "s'", "zero", "one"))
                .addNode(node("Less", "less", "first", "ten"))
                .addNode(node("Squeeze", "go'", "less", "zero"))
                .addNode(node("Identity", "y", "s'"))
                .addOutput(info("go'", BOOL)).addOutput(info("s'", F32, 2)).addOutput(info("y", F32, 2))
                .build();
    }

    /** s' = s with x behind it, so that it grows by two. */
    private static GraphProto growing() {
        return GraphProto.newBuilder()
                .setName("body")
                .addInput(info("t", I64)).addInput(info("go", BOOL)).addInput(info("s", F32, -1))
                .addNode(node("Identity", "go'", "go"))
                .addNode(node("Concat", "s'", "s", "x").addAttribute(integer("axis", 0)))
                .addOutput(info("go'", BOOL)).addOutput(info("s'", F32, -1))
                .build();
    }

    @Test
    void aConditionEndsTheLoop() {
        byte[] model = model(GraphProto.newBuilder()
                .addInput(info("s0", F32, 2)).addInput(info("x", F32, 2))
                .addInitializer(number("zero", 0)).addInitializer(number("one", 1)).addInitializer(number("trips", 20))
                .addInitializer(TensorProto.newBuilder().setName("ten").setDataType(1).addDims(1).addFloatData(10))
                .addNode(node("Loop", "s,y", "trips", "", "s0").addAttribute(graph("body", sumUntilLarge())))
                .addOutput(info("s", F32, 2)).addOutput(info("y", F32, -1, 2)));
        for (float step : new float[] {0.1f, 3, 40}) {
            agrees(model, CompileOptions.defaults(),
                    Map.of("s0", Literal.of(new float[] {0, 5}, 2), "x", Literal.of(new float[] {step, -1}, 2)));
        }
    }

    /**
     * What exporters write for {@code squeeze(axis=0)}: x [T, 3] without its axis of time where it has one frame.
     *
     * @param more nodes from {@code s} to {@code y}
     */
    private static byte[] squeezed(NodeProto.Builder... more) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", F32, "T", 3))
                .addInitializer(number("zero", 0)).addInitializer(number("one", 1))
                .addNode(node("Shape", "shape", "x"))
                .addNode(node("Gather", "frames", "shape", "zero"))
                .addNode(node("Equal", "single", "frames", "one"))
                .addNode(node("If", "s", "single")
                        .addAttribute(graph(
                                "then_branch", branch(node("Squeeze", "a", "x", "zero"), info("a", F32, 3))))
                        .addAttribute(graph(
                                "else_branch", branch(node("Identity", "b", "x"), info("b", F32, "T", 3)))))
                .addOutput(ValueInfoProto.newBuilder().setName("y"));
        for (NodeProto.Builder node : more) {
            graph.addNode(node);
        }
        return model(graph);
    }

    private static GraphProto branch(NodeProto.Builder node, ValueInfoProto.Builder output) {
        return GraphProto.newBuilder().setName("branch").addNode(node).addOutput(output).build();
    }

    /** Where only one of the ranks fits what follows, the plan is for the lengths that give it. */
    @Test
    void aRankThatALengthDecides() {
        byte[] model = squeezed(node("Transpose", "y", "s").addAttribute(integers("perm", 1, 0)));
        CompileOptions options = CompileOptions.defaults().dim("T", 0, 9);
        String several = assertThrows(CompileException.class, () -> Compiler.compile("m", model, null, options))
                .getMessage();
        assertTrue(several.contains("--dim T=0..0 or --dim T=2..9"), several);
        CompileOptions frames = options.dim("T", 1, 9);
        assertEquals(
                List.of("T is 2 to 9: for others 'make_s' makes the model one that cannot be compiled"),
                Compiler.compile("m", model, null, frames).notes().subList(0, 1));
        Literal x = Literal.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        agrees(model, frames, Map.of("x", x));
    }

    @Test
    void aRankThatIsAChoice() {
        byte[] model = squeezed(node("Relu", "y", "s"));
        CompileOptions options = CompileOptions.defaults().dim("T", 1, 9);
        String choice = assertThrows(CompileException.class, () -> Compiler.compile("m", model, null, options))
                .getMessage();
        assertTrue(choice.contains("'make_s'") && choice.contains("--dim T=1..1 or --dim T=2..9"), choice);
        agrees(model, options.dim("T", 1, 1), Map.of("x", Literal.of(new float[] {-1, 0, 1}, 1, 3)));
        agrees(model, options.dim("T", 2, 9), Map.of("x", Literal.of(new float[] {-1, 0, 1, 2, 3, 4}, 2, 3)));
    }

    /** What uses a value that could not be computed is not reported again, nor what a body makes of it. */
    @Test
    void aProblemIsReportedOnce() {
        byte[] model = squeezed(
                node("Softmax", "t", "s").addAttribute(integer("axis", 7)),
                node("If", "y", "single")
                        .addAttribute(graph("then_branch", branch(node("Relu", "c", "t"), info("c", F32, 3))))
                        .addAttribute(graph("else_branch", branch(node("Neg", "d", "t"), info("d", F32, 3)))));
        CompileException e = assertThrows(CompileException.class, () -> Compiler.compile(
                "m", model, null, CompileOptions.defaults().dim("T", 1, 1)));
        assertEquals(1, e.problems().size(), e.getMessage());
        assertTrue(e.getMessage().contains("make_t"), e.getMessage());
    }

    @Test
    void aCarriedValueGrows() {
        byte[] known = model(GraphProto.newBuilder()
                .addInput(info("s0", F32, 3)).addInput(info("x", F32, 2)).addInitializer(number("trips", 4))
                .addNode(node("Loop", "s", "trips", "", "s0").addAttribute(graph("body", growing())))
                .addOutput(info("s", F32, -1)));
        Map<String, Literal> inputs =
                Map.of("s0", Literal.of(new float[] {1, 2, 3}, 3), "x", Literal.of(new float[] {8, 9}, 2));
        agrees(known, CompileOptions.defaults(), inputs);
        byte[] byData = model(GraphProto.newBuilder()
                .addInput(info("s0", F32, 3)).addInput(info("x", F32, 2)).addInput(info("trips", I64, 1))
                .addNode(node("Loop", "s", "trips", "", "s0").addAttribute(graph("body", growing())))
                .addOutput(info("s", F32, -1)));
        for (long trips : new long[] {0, 1, 5}) {
            Map<String, Literal> more = new LinkedHashMap<>(inputs);
            more.put("trips", Literal.of(new long[] {trips}, 1));
            agrees(byData, CompileOptions.defaults().dim("s.0", 20), more);
        }
        CompileException refused = assertThrows(CompileException.class,
                () -> Compiler.compile("m", byData, null, CompileOptions.defaults()));
        assertTrue(refused.getMessage().contains("--dim s.0=N"), refused.getMessage());
    }

    @Test
    void branchesOfDifferentLengths() {
        GraphProto both = GraphProto.newBuilder()
                .setName("then").addNode(node("Concat", "a", "x", "x").addAttribute(integer("axis", 0)))
                .addOutput(info("a", F32, -1)).build();
        GraphProto one = GraphProto.newBuilder()
                .setName("else").addNode(node("Neg", "b", "x")).addOutput(info("b", F32, -1)).build();
        byte[] model = model(GraphProto.newBuilder()
                .addInput(info("x", F32, 3)).addInput(info("c", BOOL))
                .addNode(node("If", "r", "c")
                        .addAttribute(graph("then_branch", both)).addAttribute(graph("else_branch", one)))
                .addNode(node("Abs", "y", "r"))
                .addOutput(info("y", F32, -1)));
        for (int c = 0; c < 2; c++) {
            agrees(model, CompileOptions.defaults(),
                    Map.of("x", Literal.of(new float[] {1, -2, 3}, 3), "c", Literal.of(BOOL, new long[] {c})));
        }
    }

    /** Operator set 8: a batch of sequences, each with its own length, scanned to and fro. */
    @Test
    void scansOfSequencesOfDifferentLengths() {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInput(info("s", F32, 2)).addInput(info("a", F32, 2)).addInput(info("b", F32, 2))
                .addNode(node("Mul", "p", "a", "b"))
                .addNode(node("Add", "s'", "s", "p"))
                .addNode(node("Sub", "y", "s'", "b"))
                .addOutput(info("s'", F32, 2)).addOutput(info("y", F32, 2))
                .build();
        for (long[] directions : new long[][] {{0, 0}, {0, 1}, {1, 1}}) {
            for (boolean bounded : new boolean[] {false, true}) {
                GraphProto.Builder graph = GraphProto.newBuilder()
                        .addInput(info("s0", F32, 3, 2)).addInput(info("a", F32, 3, 4, 2))
                        .addInput(info("b", F32, 3, 4, 2))
                        .addNode(node("Scan", "sn,y", bounded ? "lengths" : "", "s0", "a", "b")
                                .addAttribute(integer("num_scan_inputs", 2))
                                .addAttribute(integers("directions", directions))
                                .addAttribute(graph("body", body)))
                        .addOutput(info("sn", F32, 3, 2)).addOutput(info("y", F32, 3, 4, 2));
                Map<String, Literal> inputs = new LinkedHashMap<>();
                inputs.put("s0", OneNode.uniform(F32, -1, 1, 0, 3, 2));
                inputs.put("a", OneNode.uniform(F32, -4, 4, 1, 3, 4, 2));
                inputs.put("b", OneNode.uniform(F32, -4, 4, 2, 3, 4, 2));
                if (bounded) {
                    graph.addInput(info("lengths", I64, 3));
                    inputs.put("lengths", Literal.of(new long[] {4, 1, 3}, 3));
                }
                // eighths, so that sums are exact in any order
                inputs.replaceAll((name, value) -> value.type() != F32 ? value : Literal.of(F32,
                        Arrays.stream(value.toDoubles()).map(v -> Math.rint(v * 8) / 8).toArray(), value.shape()));
                agrees(model(graph, 8), CompileOptions.defaults(), inputs);
            }
        }
    }

    private static void agrees(byte[] model, CompileOptions options, Map<String, Literal> inputs) {
        Map<String, Literal> expected;
        try (OnnxRuntime runtime = new OnnxRuntime(model)) {
            expected = runtime.run(inputs);
        } catch (ai.onnxruntime.OrtException e) {
            throw new AssertionError("ONNX Runtime itself: " + e.getMessage(), e);
        }
        Session session = Model.of(
                        Compiler.compile("m", model, null, options.autoState(false)).file(),
                        LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD))
                .newSession();
        inputs.forEach((name, value) -> {
            session.input(name).setShape(value.shape());
            Elements.decode(session.input(name), ByteBuffer.wrap(value.encode()));
        });
        for (int run = 0; run < 2; run++) {
            session.run();
            expected.forEach((name, value) -> {
                assertArrayEquals(value.shape(), session.output(name).shape(), name);
                assertArrayEquals(value.encode(), Elements.encode(session.output(name)), name);
            });
        }
    }
}
