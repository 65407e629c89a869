package dev.lanewise.compiler.export;

import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.Locale;
import java.util.Map;

/** Elements chosen and changed by index. */
final class IndexingSteps {

    private IndexingSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.GATHER, step -> step.out(0, step.graph().node("Gather", step.in(0), step.in(1))
                .integer("axis", step.axis(0, step.rank(0))).out()));
        kinds.put(StepKind.GATHER_ELEMENTS, step -> step.out(0,
                step.graph().node("GatherElements", step.in(0), step.in(1))
                        .integer("axis", step.axis(0, step.rank(0))).out()));
        kinds.put(StepKind.GATHER_ND, step -> step.out(0,
                step.graph().node("GatherND", step.in(0), step.graph().cast(step.in(1), DType.I64))
                        .integer("batch_dims", step.integer(0)).out()));
        kinds.put(StepKind.SCATTER_ELEMENTS, step -> scatter(step, "ScatterElements", 1));
        kinds.put(StepKind.SCATTER_ND, step -> scatter(step, "ScatterND", 0));
    }

    private static void scatter(LaneStep step, String operator, int argument) {
        GraphDraft graph = step.graph();
        String reduction = step.choice(argument, ScatterReduction.values()).name().toLowerCase(Locale.ROOT);
        boolean plain = reduction.equals("none");
        DType in = plain ? step.type(0) : new Arithmetic(step).computed("ScatterReduced", step.type(0));
        OnnxValue indices = argument == 0 ? graph.cast(step.in(1), DType.I64) : step.in(1);
        NodeDraft node = graph.node(operator, graph.cast(step.in(0), in), indices, graph.cast(step.in(2), in));
        if (argument == 1) {
            node.integer("axis", step.axis(0, step.rank(0)));
        }
        if (!plain) {
            node.text("reduction", reduction);
        }
        if (reduction.equals("min") || reduction.equals("max")) {
            graph.constants().versions().require(18);
        }
        step.out(0, node.out());
    }
}
