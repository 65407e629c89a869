package dev.lanewise.compiler.export;

import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Convolutions. */
final class ConvolutionSteps {

    private ConvolutionSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.CONV, ConvolutionSteps::conv);
        kinds.put(StepKind.CONV_DYNAMIC, ConvolutionSteps::conv);
    }

    private static void conv(LaneStep step) {
        ProductSteps.refuseRoundedInputs(step, 1);
        int rank = step.rank(0);
        int axes = rank - 2;
        List<Integer> strides = step.integers(1, 1 + axes);
        List<Integer> dilations = step.integers(1 + axes, 1 + 2 * axes);
        List<Integer> pads = new ArrayList<>(step.integers(1 + 2 * axes, 1 + 3 * axes));
        for (int axis = 0; axis < axes; axis++) {
            int kernel = (int) step.shape(1).get(2 + axis).constant();
            int after = WindowPads.after(
                    step.shape(0).get(1 + axis), step.outShape(0).get(1 + axis), (kernel - 1) * dilations.get(axis) + 1,
                    strides.get(axis), pads.get(axis));
            if (after < 0) {
                throw step.unsupported("makes " + step.outShape(0) + " of " + step.shape(0)
                        + ", which no padding in ONNX does");
            }
            pads.add(after);
        }
        OnnxValue x = Channels.first(step.graph(), step.in(0), rank);
        OnnxValue y = step.graph().node("Conv", x, step.in(1), step.inOrNull(2))
                .integer("group", step.integer(0))
                .integers("strides", strides)
                .integers("dilations", dilations)
                .integers("pads", pads)
                .out();
        UnaryFn epilogue = step.functionOrNull(1 + 3 * axes);
        if (epilogue != null) {
            y = UnaryFunctions.apply(step, epilogue, step.number(0), step.number(1), y);
        }
        step.out(0, Channels.last(step.graph(), y, rank));
    }
}
