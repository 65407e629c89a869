package dev.lanewise.compiler.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.runtime.LoadOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class NodeDiffTest {

    @Test
    void aRightPlanPartsNowhere() {
        CompileOptions options = CompileOptions.defaults();
        Graph graph = OnnxImporter.read("dense", SmallModel.dense(), null, options);
        DiffInputs inputs = DiffInputs.of(graph, Map.of(), 7);
        assertEquals(Map.of("T", 4L), inputs.symbols());
        List<NodeDifference> rows =
                new NodeDiff(graph, options, LoadOptions.Start.SCALAR).run(inputs.data(), inputs.symbols());
        assertEquals(
                List.of("make_p", "make_s", "make_y", "y"), rows.stream().map(NodeDifference::node).toList());
        rows.forEach(row -> assertFalse(row.parts(1e-6), row.toString()));
    }

    @Test
    void differencesAreMeasured() {
        Literal exact = Literal.of(new float[] {1, 2, 0, Float.NaN}, 4);
        NodeDifference row = NodeDifference.of("n", "Add", exact, Literal.of(new float[] {1, 2.5f, 0, Float.NaN}, 4));
        assertEquals(0.5, row.absolute());
        assertEquals(0.25, row.relative());
        assertEquals(0.5 / Math.ulp(2f), row.ulps());
        assertTrue(row.parts(0.2));
        NodeDifference lost = NodeDifference.of("n", "Add", exact, Literal.of(new float[] {1, Float.NaN, 0, 0}, 4));
        assertEquals(Double.POSITIVE_INFINITY, lost.absolute());
        NodeDifference other = NodeDifference.of("n", "Add", exact, Literal.of(new float[] {1}, 1));
        assertTrue(other.parts(1e30));
    }
}
