package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;
import java.util.Map;

/** Normalisations over the last axes. */
final class NormSteps {

    private NormSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.LAYER_NORM, NormSteps::layerNorm);
        kinds.put(StepKind.RMS_NORM, NormSteps::rmsNorm);
    }

    private static void layerNorm(LaneStep step) {
        requireF32(step);
        int axis = step.axis(0, step.rank(0));
        NodeDraft node = step.graph().node("LayerNormalization", step.in(0), scale(step, 1, axis),
                        step.has(2) ? scale(step, 2, axis) : null)
                .integer("axis", axis)
                .number("epsilon", step.number(0));
        step.out(0, node.out());
        for (int i = 1; i < 3; i++) {
            if (step.outputCount() > i) {
                OnnxValue statistic = node.out(); // has the normalised axes, as 1
                if (step.gives(i)) {
                    step.out(i, step.reshaped(statistic, step.outShape(i)));
                }
            }
        }
    }

    private static void rmsNorm(LaneStep step) {
        requireF32(step);
        int axis = step.axis(0, step.rank(0));
        step.out(0, step.graph().node("RMSNormalization", step.in(0), scale(step, 1, axis))
                .integer("axis", axis)
                .number("epsilon", step.number(0))
                .out());
    }

    private static void requireF32(LaneStep step) {
        if (step.type(0) != DType.F32) {
            throw step.unsupported("of " + step.type(0) + "; only f32");
        }
    }

    /** A scale or bias in the shape of the normalised axes. */
    private static OnnxValue scale(LaneStep step, int input, int axis) {
        List<Dim> normalised = step.shape(0).subList(axis, step.rank(0));
        return step.shape(input).equals(normalised) ? step.in(input) : step.reshaped(step.in(input), normalised);
    }
}
