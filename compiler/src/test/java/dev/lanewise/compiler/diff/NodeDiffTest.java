package dev.lanewise.compiler.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.compiler.onnx.OnnxModel;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class NodeDiffTest {

    private static final CompileOptions OPTIONS = CompileOptions.defaults();

    private static DiffResult diff(Graph graph, Peers peers, DiffInputs inputs, Watch watch) {
        return new NodeDiff(graph, OPTIONS, LoadOptions.Start.SCALAR)
                .run(inputs, Reference.of(graph, inputs, watch), peers, 1e-6);
    }

    private static DiffResult diff(Graph graph, Peers peers) {
        return diff(graph, peers, DiffInputs.of(graph, Map.of(), 4, 7), Watch.PATIENT);
    }

    private static Literal plus(Literal literal, double more) {
        double[] values = Arrays.stream(literal.toDoubles()).map(value -> value + more).toArray();
        return Literal.of(literal.type(), values, literal.shape());
    }

    private static List<String> nodes(DiffResult result) {
        return result.rows().stream().map(NodeDifference::node).toList();
    }

    @Test
    void aRightPlanPartsNowhere() {
        Graph graph = OnnxImporter.read("dense", SmallModel.dense(), null, OPTIONS);
        assertEquals(Map.of("T", 4L), DiffInputs.of(graph, Map.of(), 4, 7).symbols());
        DiffResult result = diff(graph, Peers.NONE);
        assertEquals(List.of("make_p", "make_s", "make_y", "y"), nodes(result));
        assertNull(result.first());
        assertEquals("4 values agree within 1e-6", result.summary());
    }

    @Test
    void theFirstThatAWrongOperationSpoilsIsNamed() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.F32, 3));
        Value right = builder.add("right", Unary.of(UnaryFn.TANH), x);
        Value wrong = builder.add("wrong", new Misread(Unary.of(UnaryFn.SIGMOID)), right);
        builder.output("y", builder.add("follows", Unary.of(UnaryFn.TANH), wrong));
        DiffResult result = diff(builder.build(), Peers.NONE);
        assertEquals(List.of(false, true, true, true), result.rows().stream().map(result::parts).toList());
        assertEquals("wrong", result.first().node());
        assertTrue(result.summary().contains("first to part: wrong, where the plan parts"), result.summary());
    }

    /** An operation whose lowering and reference are not of one mind. */
    private record Misread(Op right) implements Op {

        @Override
        public List<ValueType> infer(Signature in) {
            return right.infer(in);
        }

        @Override
        public List<Literal> evaluate(Evaluation in) {
            return right.evaluate(in).stream().map(literal -> plus(literal, 0.01)).toList();
        }

        @Override
        public void lower(Lowering lowering) {
            right.lower(lowering);
        }
    }

    @Test
    void anotherRuntimeStandsBeside() throws IOException {
        byte[] bytes = SmallModel.dense();
        OnnxModel model = OnnxImporter.readNamed("dense", bytes, null, OPTIONS);
        DiffInputs inputs = DiffInputs.of(model.graph(), Map.of(), 4, 7);
        Map<Value, Literal> exact = Reference.of(model.graph(), inputs, Watch.PATIENT).values();
        Peer wrong = new Peer() {
            @Override
            public String name() {
                return "Other";
            }

            @Override
            public Map<String, Literal> run(byte[] shown, Path folder, Map<String, Literal> data) {
                Map<String, Value> named = model.values();
                Graph copy = OnnxImporter.read("copy", shown, null, OPTIONS);
                assertEquals(List.of("y", "p", "s"), copy.outputs().stream().map(Graph.Port::name).toList());
                return Map.of("p", exact.get(named.get("p")), "s", plus(exact.get(named.get("s")), 1));
            }
        };
        Peers peers = Peers.run(wrong, "dense", bytes, null, model, inputs.data());
        DiffResult result = diff(model.graph(), peers, inputs, Watch.PATIENT);
        assertEquals("make_s", result.first().node());
        assertEquals("Other", result.whoParts(result.first()));
        assertEquals(new Distance(0, 0, 0), result.rows().get(0).peer());
        assertEquals(1, result.first().peer().absolute(), 1e-6);
        assertNull(result.rows().get(2).peer(), "what it does not give is not compared");
    }

    @Test
    void theReferenceCanBeCutShort() {
        Graph graph = OnnxImporter.read("dense", SmallModel.dense(), null, OPTIONS);
        DiffInputs inputs = DiffInputs.of(graph, Map.of(), 4, 7);
        DiffResult result = diff(graph, Peers.NONE, inputs, (done, all, next) -> done < 2);
        assertEquals(List.of("make_p", "make_s"), nodes(result));
        assertTrue(result.summary().contains("2 of 3 nodes"), result.summary());
    }

    @Test
    void extentsThatTheModelDoesNotTakeAreSaid() {
        Dim extent = Dim.symbol("T", 0, 8);
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new ValueType(DType.F32, List.of(extent)));
        builder.output("y", builder.add("fold", new Reshape(List.of(Dim.of(2))), x));
        ShapeException error = assertThrows(ShapeException.class, () -> diff(builder.build(), Peers.NONE));
        assertTrue(error.getMessage().contains("node 'fold'") && error.getMessage().contains("{T=4}"),
                error.getMessage());
    }

    @Test
    void differencesAreMeasured() {
        Literal exact = Literal.of(new float[] {1, 2, 0, Float.NaN}, 4);
        Distance distance = Distance.of(exact, Literal.of(new float[] {1, 2.5f, 0, Float.NaN}, 4));
        assertEquals(0.5, distance.absolute());
        assertEquals(0.25, distance.relative());
        assertEquals(0.5 / Math.ulp(2f), distance.ulps());
        assertTrue(distance.parts(0.2));
        assertFalse(distance.parts(0.3));
        assertEquals(Double.POSITIVE_INFINITY,
                Distance.of(exact, Literal.of(new float[] {1, Float.NaN, 0, 0}, 4)).absolute());
        NodeDifference other = NodeDifference.of("n", "Add", exact, Literal.of(new float[] {1}, 1), null);
        assertTrue(other.parts(1e30));
        assertEquals("f32[1], expected f32[4]", other.type());
    }
}
