package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Extents as data, data as extents. */
final class ExtentSteps {

    private ExtentSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.DIMS, ExtentSteps::dims);
        kinds.put(StepKind.LEARN, ExtentSteps::learn);
        kinds.put(StepKind.RANGE, ExtentSteps::range);
        kinds.put(StepKind.NON_ZERO, ExtentSteps::nonZero);
    }

    private static void dims(LaneStep step) {
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < step.intCount(); i++) {
            dims.add(step.dim(i));
        }
        step.out(0, step.outShape(0).isEmpty() && dims.size() == 1
                ? step.extents().scalar(dims.get(0))
                : step.extents().vector(dims));
    }

    private static void learn(LaneStep step) {
        GraphDraft graph = step.graph();
        OnnxValue x = graph.cast(step.in(0), DType.I64);
        if (step.rank(0) == 0) {
            x = graph.node("Unsqueeze", x, graph.constants().integers(0)).out();
        }
        for (int i = 0; i < step.intCount(); i++) {
            step.extents().learn(step.dim(i), step.intCount() == 1
                    ? x
                    : graph.node("Slice", x, graph.constants().integers(i), graph.constants().integers(i + 1L)).out());
        }
    }

    private static void range(LaneStep step) {
        GraphDraft graph = step.graph();
        DType in = new Arithmetic(step).computed("Range", step.type(0));
        step.out(0, graph.node("Range", graph.cast(step.scalar(0), in), graph.cast(step.scalar(1), in),
                graph.cast(step.scalar(2), in)).out());
    }

    private static void nonZero(LaneStep step) {
        DType type = step.type(0);
        GraphDraft graph = step.graph();
        DType in = type == DType.U64 || type == DType.F64
                ? DType.BOOL
                : new Arithmetic(step).computed("NonZero", type);
        step.out(0, graph.node("NonZero", graph.cast(step.in(0), in)).out(DType.I64));
    }
}
