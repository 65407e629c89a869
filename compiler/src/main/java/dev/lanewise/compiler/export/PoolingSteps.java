package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Windows without weights, and regions. */
final class PoolingSteps {

    /** Paddings that are tried where windows may reach beyond them: a file may state any kernel. */
    private static final int MOST_TRIED = 256;

    private PoolingSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.POOL_MAX, PoolingSteps::max);
        kinds.put(StepKind.POOL_AVERAGE, PoolingSteps::average);
        kinds.put(StepKind.ROI_ALIGN, PoolingSteps::regions);
    }

    /** Arguments of all axes: one of kernel, stride, dilation, padding before. */
    private static List<Integer> arguments(LaneStep step, int which) {
        List<Integer> list = new ArrayList<>();
        for (int axis = 0; axis < step.rank(0) - 2; axis++) {
            list.add(step.integer(4 * axis + which));
        }
        return list;
    }

    private static int reach(LaneStep step, int axis) {
        return (step.integer(4 * axis) - 1) * step.integer(4 * axis + 2) + 1;
    }

    private static void max(LaneStep step) {
        DType type = step.type(0);
        if (type.isInteger() && type.bits() == 64) {
            throw step.unsupported("of " + type + "; ONNX's MaxPool has floats and integers of 8 bits alone");
        }
        List<Integer> pads = new ArrayList<>(arguments(step, 3));
        for (int axis = 0; axis < step.rank(0) - 2; axis++) {
            int after = WindowPads.after(step.shape(0).get(1 + axis), step.outShape(0).get(1 + axis), reach(step, axis),
                    step.integer(4 * axis + 1), step.integer(4 * axis + 3));
            pads.add(after);
        }
        boolean ceil = pads.contains(-1);
        if (ceil) {
            pads = new ArrayList<>(arguments(step, 3));
            pads.addAll(ceilPads(step));
        }
        pool(step, "MaxPool", pads, ceil, type.isInteger() && type.bits() > 8 ? DType.F64 : type);
    }

    /** What is padded behind where windows may reach beyond that, none of which makes a difference to a maximum. */
    private static List<Integer> ceilPads(LaneStep step) {
        List<Integer> after = new ArrayList<>();
        for (int axis = 0; axis < step.rank(0) - 2; axis++) {
            int found = -1;
            for (int pad = 0; pad < Math.min(reach(step, axis), MOST_TRIED) && found < 0; pad++) {
                found = rounds(step, axis, pad, true) ? pad : -1;
            }
            if (found < 0) {
                throw misfit(step);
            }
            after.add(found);
        }
        return after;
    }

    private static RuntimeException misfit(LaneStep step) {
        return step.unsupported(
                "makes " + step.outShape(0) + " of " + step.shape(0) + ", which no pooling in ONNX does");
    }

    private static boolean rounds(LaneStep step, int axis, int after, boolean up) {
        Dim x = step.shape(0).get(1 + axis);
        Dim y = step.outShape(0).get(1 + axis);
        return WindowPads.rounds(x, y, reach(step, axis), step.integer(4 * axis + 1), step.integer(4 * axis + 3), after,
                up);
    }

    private static void average(LaneStep step) {
        int axes = step.rank(0) - 2;
        List<Integer> pads = new ArrayList<>(arguments(step, 3));
        pads.addAll(step.integers(4 * axes + 1, 5 * axes + 1));
        boolean down = true;
        boolean up = true;
        for (int axis = 0; axis < axes; axis++) {
            down &= rounds(step, axis, pads.get(axes + axis), false);
            up &= rounds(step, axis, pads.get(axes + axis), true);
        }
        if (!down && !up) {
            throw misfit(step);
        }
        if (arguments(step, 2).stream().anyMatch(dilation -> dilation != 1)) {
            step.graph().constants().versions().require(19);
        }
        pool(step, "AveragePool", pads, !down, step.type(0));
    }

    private static void pool(LaneStep step, String operator, List<Integer> pads, boolean ceil, DType type) {
        GraphDraft graph = step.graph();
        int rank = step.rank(0);
        DType in = new Arithmetic(step).computed(operator, type);
        NodeDraft node = graph.node(operator, graph.cast(Channels.first(graph, step.in(0), rank), in))
                .integers("kernel_shape", arguments(step, 0))
                .integers("strides", arguments(step, 1))
                .integers("pads", pads);
        if (arguments(step, 2).stream().anyMatch(dilation -> dilation != 1)) {
            node.integers("dilations", arguments(step, 2));
        }
        if (ceil) {
            node.integer("ceil_mode", 1);
        }
        if (operator.equals("AveragePool")) {
            node.integer("count_include_pad", step.integer(4 * (rank - 2)));
        }
        step.out(0, Channels.last(graph, graph.cast(node.out(), step.type(0)), rank));
    }

    private static void regions(LaneStep step) {
        GraphDraft graph = step.graph();
        DType type = step.type(0);
        DType in = new Arithmetic(step).computed("RoiAlign", type);
        boolean halfPixel = step.number(1) == 0.5f && !step.flag(2);
        if (!halfPixel && (step.number(1) != 0 || !step.flag(2))) {
            throw step.unsupported("takes regions as neither of ONNX's coordinates has them");
        }
        OnnxValue y = graph.node("RoiAlign",
                        graph.cast(Channels.first(graph, step.in(0), 4), in), graph.cast(step.in(1), in),
                        graph.cast(step.in(2), DType.I64))
                .text("mode", step.flag(0) ? "max" : "avg")
                .text("coordinate_transformation_mode", halfPixel ? "half_pixel" : "output_half_pixel")
                .integer("output_height", step.outShape(0).get(1).constant())
                .integer("output_width", step.outShape(0).get(2).constant())
                .integer("sampling_ratio", step.integer(1))
                .number("spatial_scale", step.number(0))
                .out();
        step.out(0, Channels.last(graph, graph.cast(y, type), 4));
    }
}
