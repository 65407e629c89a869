package dev.lanewise.compiler.export;

import dev.lanewise.formats.proto.StepKind;
import java.util.EnumMap;
import java.util.Map;

/** The list of all kinds of steps. */
final class StepExporters {

    private static final Map<StepKind, StepExporter> ALL = new EnumMap<>(StepKind.class);

    static {
        ElementwiseSteps.register(ALL);
        CastSteps.register(ALL);
        ProductSteps.register(ALL);
        ConvolutionSteps.register(ALL);
        PoolingSteps.register(ALL);
        RecurrentSteps.register(ALL);
        AttentionSteps.register(ALL);
        ReductionSteps.register(ALL);
        NormSteps.register(ALL);
        MovementSteps.register(ALL);
        SliceSteps.register(ALL);
        IndexingSteps.register(ALL);
        SelectionSteps.register(ALL);
        ExtentSteps.register(ALL);
        ControlSteps.register(ALL);
        RandomSteps.register(ALL);
    }

    private StepExporters() {}

    static void export(LaneStep step) {
        StepExporter exporter = ALL.get(step.kind());
        if (exporter == null) {
            throw step.ofTraining();
        }
        exporter.export(step);
    }
}
