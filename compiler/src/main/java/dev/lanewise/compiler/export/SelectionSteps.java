package dev.lanewise.compiler.export;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.Map;

/** The best of many, and indices as vectors. */
final class SelectionSteps {

    private SelectionSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.TOP_K, SelectionSteps::topK);
        kinds.put(StepKind.ONE_HOT, SelectionSteps::oneHot);
        kinds.put(StepKind.NON_MAX_SUPPRESSION, SelectionSteps::nonMaxSuppression);
    }

    private static void topK(LaneStep step) {
        GraphDraft graph = step.graph();
        int axis = step.axis(0, step.rank(0));
        OnnxValue k = step.has(1)
                ? graph.node("Reshape", step.in(1), graph.constants().integers(1)).out()
                : step.extents().value(step.outShape(0).get(axis));
        DType in = new Arithmetic(step).computed("TopK", step.type(0));
        NodeDraft node = graph.node("TopK", graph.cast(step.in(0), in), k)
                .integer("axis", axis)
                .integer("largest", step.integer(1))
                .integer("sorted", step.integer(2));
        step.outIfGiven(0, node.out());
        step.outIfGiven(1, node.out(DType.I64));
    }

    private static void oneHot(LaneStep step) {
        GraphDraft graph = step.graph();
        int axis = step.axis(0, step.outShape(0).size());
        DType in = new Arithmetic(step).computed("OneHot", step.type(1));
        step.out(0, graph.node("OneHot", graph.cast(step.in(0), DType.I64),
                        step.extents().value(step.outShape(0).get(axis)), graph.cast(step.in(1), in))
                .integer("axis", axis)
                .out(in));
    }

    private static void nonMaxSuppression(LaneStep step) {
        step.out(0, step.graph().node("NonMaxSuppression", step.in(0), step.in(1), step.in(2), step.in(3),
                        step.inOrNull(4))
                .integer("center_point_box", step.integer(0))
                .out(DType.I64));
    }
}
