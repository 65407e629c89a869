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
        kinds.put(StepKind.DEPTHWISE_PLANES, step -> step.out(0, conv(step, step.in(0), 2)));
    }

    private static void conv(LaneStep step) {
        OnnxValue x = Channels.first(step.graph(), step.in(0), step.rank(0));
        step.out(0, Channels.last(step.graph(), conv(step, x, 1), step.rank(0)));
    }

    /**
     * @param x channels first
     * @param spatial the first of the step's spatial axes
     */
    private static OnnxValue conv(LaneStep step, OnnxValue x, int spatial) {
        ProductSteps.refuseRoundedInputs(step, 1);
        int axes = step.rank(0) - 2;
        List<Integer> strides = step.integers(1, 1 + axes);
        List<Integer> dilations = step.integers(1 + axes, 1 + 2 * axes);
        List<Integer> pads = new ArrayList<>(step.integers(1 + 2 * axes, 1 + 3 * axes));
        for (int axis = 0; axis < axes; axis++) {
            int kernel = (int) step.shape(1).get(2 + axis).constant();
            int after = WindowPads.after(
                    step.shape(0).get(spatial + axis), step.outShape(0).get(spatial + axis),
                    (kernel - 1) * dilations.get(axis) + 1,
                    strides.get(axis), pads.get(axis));
            if (after < 0) {
                throw step.unsupported("makes " + step.outShape(0) + " of " + step.shape(0)
                        + ", which no padding in ONNX does");
            }
            pads.add(after);
        }
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
        return y;
    }
}
