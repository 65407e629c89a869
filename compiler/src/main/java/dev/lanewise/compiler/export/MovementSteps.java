package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Elements in other places. */
final class MovementSteps {

    private MovementSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.TRANSPOSE, MovementSteps::transpose);
        kinds.put(StepKind.CONCAT, MovementSteps::concat);
        kinds.put(StepKind.EXPAND, MovementSteps::expand);
        kinds.put(StepKind.PAD, MovementSteps::pad);
        kinds.put(StepKind.RESHAPE, MovementSteps::reshape);
        kinds.put(StepKind.TRILU, MovementSteps::trilu);
    }

    private static void transpose(LaneStep step) {
        int[] permutation = new int[step.rank(0)];
        boolean[] seen = new boolean[permutation.length];
        for (int axis = 0; axis < permutation.length; axis++) {
            permutation[axis] = step.axis(axis, permutation.length);
            seen[permutation[axis]] = true;
        }
        for (boolean axis : seen) {
            if (!axis) {
                throw step.bad(Arrays.toString(permutation) + " is no permutation");
            }
        }
        step.out(0, step.graph().transpose(step.in(0), permutation));
    }

    private static void concat(LaneStep step) {
        int axis = step.axis(0, step.outShape(0).size());
        List<OnnxValue> operands = new ArrayList<>();
        for (int i = 0; i < step.inputCount(); i++) {
            operands.add(step.in(i));
        }
        step.out(0, step.graph().node("Concat", operands).integer("axis", axis).out());
    }

    /** Axes that stay as they are need no extent. */
    private static void expand(LaneStep step) {
        List<Dim> from = step.shape(0);
        List<Dim> to = new ArrayList<>(step.outShape(0));
        for (int axis = 0; axis < to.size(); axis++) {
            int source = axis - to.size() + from.size();
            if (source >= 0 && !to.get(axis).isConstant() && from.get(source).equals(to.get(axis))) {
                to.set(axis, Dim.ONE);
            }
        }
        GraphDraft graph = step.graph();
        DType in = new Arithmetic(step).computed("Expand", step.type(0));
        step.out(0, graph.node("Expand", graph.cast(step.in(0), in), step.extents().vector(to)).out());
    }

    private static void pad(LaneStep step) {
        Pad.Mode mode = step.choice(0, Pad.Mode.values());
        int rank = step.rank(0);
        List<Dim> pads = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            pads.add(step.dim(1 + axis));
        }
        for (int axis = 0; axis < rank; axis++) {
            pads.add(step.outShape(0).get(axis).minus(step.shape(0).get(axis)).minus(pads.get(axis)));
        }
        GraphDraft graph = step.graph();
        DType in = new Arithmetic(step).computed("Pad", step.type(0));
        OnnxValue value = step.has(1) && mode == Pad.Mode.CONSTANT ? graph.cast(step.scalar(1), in) : null;
        if (mode == Pad.Mode.WRAP) {
            graph.constants().versions().require(19);
        }
        step.out(0, graph.node("Pad", graph.cast(step.in(0), in), step.extents().vector(pads), value)
                .text("mode", mode.name().toLowerCase(Locale.ROOT)).out());
    }

    /** Nothing where the shape is the same; a view of other type keeps the bits. */
    private static void reshape(LaneStep step) {
        OnnxValue x = step.in(0);
        if (x.type() != step.outType(0)) {
            x = CastSteps.bits(step.graph(), x, step.outType(0));
        }
        List<Dim> from = step.shape(0);
        List<Dim> to = step.outShape(0);
        step.out(0, from.equals(to) ? x : reshaped(step, x, from, to));
    }

    private static OnnxValue reshaped(LaneStep step, OnnxValue x, List<Dim> from, List<Dim> to) {
        GraphDraft graph = step.graph();
        long[] shape = new long[to.size()];
        int open = 0;
        boolean empty = false; // what is left cannot be told where another extent is 0
        for (int axis = 0; axis < shape.length; axis++) {
            Dim dim = to.get(axis);
            if (dim.isConstant()) {
                shape[axis] = dim.constant();
                empty |= dim.is(0);
            } else if (axis < from.size() && from.get(axis).equals(dim)) {
                shape[axis] = 0; // as it was
                empty |= dim.min() <= 0;
            } else {
                shape[axis] = -1; // what is left
                open++;
            }
        }
        boolean constant = open == 0 && to.stream().noneMatch(dim -> dim.is(0)) || open == 1 && !empty;
        return constant
                ? graph.node("Reshape", x, graph.constants().integers(shape)).out()
                : graph.node("Reshape", x, step.extents().vector(to)).integer("allowzero", 1).out();
    }

    private static void trilu(LaneStep step) {
        GraphDraft graph = step.graph();
        DType in = new Arithmetic(step).computed("Trilu", step.type(0));
        step.out(0, graph.node("Trilu", graph.cast(step.in(0), in), step.has(1) ? step.scalar(1) : null)
                .integer("upper", step.integer(0)).out());
    }
}
