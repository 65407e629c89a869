package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parts of tensors: ONNX says where they end, steps how long they are. */
final class SliceSteps {

    private SliceSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.SLICE, SliceSteps::slice);
    }

    private static void slice(LaneStep step) {
        int rank = step.rank(0);
        List<Dim> starts = new ArrayList<>();
        List<Dim> ends = new ArrayList<>();
        List<Long> axes = new ArrayList<>();
        List<Long> strides = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            Dim start = step.dim(axis);
            int stride = step.integer(rank + axis);
            if (stride == 0) {
                throw step.bad("a stride of 0");
            }
            Dim x = step.shape(0).get(axis);
            Dim y = step.outShape(0).get(axis);
            if (start.is(0) && stride == 1 && x.equals(y)) {
                continue; // all of it
            }
            axes.add((long) axis);
            strides.add((long) stride);
            starts.add(fromEnd(start, x));
            ends.add(end(start, x, y, stride));
        }
        if (axes.isEmpty()) {
            step.out(0, step.in(0));
            return;
        }
        GraphDraft graph = step.graph();
        OnnxValue end = step.extents().vector(ends);
        boolean mayPassStart = false;
        for (int i = 0; i < axes.size(); i++) {
            mayPassStart |= strides.get(i) < 0 && !ends.get(i).isConstant() && ends.get(i).min() < 0;
        }
        if (mayPassStart) {
            end = passingStart(step, ends, strides);
        }
        boolean ones = strides.stream().allMatch(stride -> stride == 1);
        OnnxValue steps = ones ? null : graph.constants().integers(longs(strides));
        step.out(0, graph.node("Slice", step.in(0), step.extents().vector(starts), end,
                graph.constants().integers(longs(axes)), steps).out());
    }

    /** Ends of axes that are walked backwards may come out below zero, where ONNX would count from behind. */
    private static OnnxValue passingStart(LaneStep step, List<Dim> ends, List<Long> strides) {
        GraphDraft graph = step.graph();
        Arithmetic arithmetic = new Arithmetic(step);
        List<OnnxValue> parts = new ArrayList<>();
        for (int i = 0; i < ends.size(); i++) {
            OnnxValue end = step.extents().value(ends.get(i));
            boolean backwards = strides.get(i) < 0 && !ends.get(i).isConstant();
            parts.add(backwards
                    ? arithmetic.where(arithmetic.apply("Less", end, 0),
                            graph.constants().integers(Integer.MIN_VALUE), end)
                    : end);
        }
        return parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts).integer("axis", 0).out();
    }

    /** A start at a fixed distance from the end is said so, as a number below zero. */
    private static Dim fromEnd(Dim start, Dim x) {
        Dim distance = start.minus(x);
        return !start.isConstant() && distance.isConstant() && distance.constant() < 0 ? distance : start;
    }

    private static Dim end(Dim start, Dim x, Dim y, int stride) {
        Dim end = start.plus(y.times(stride));
        if (stride < 0) {
            return end.max() < 0 || end.is(-1) ? Dim.of(Integer.MIN_VALUE) : end;
        }
        Dim distance = end.minus(x);
        if (!end.isConstant() && distance.isConstant()) {
            return distance.constant() < 0 ? distance : Dim.of(Integer.MAX_VALUE);
        }
        return end;
    }

    private static long[] longs(List<Long> list) {
        return list.stream().mapToLong(n -> n).toArray();
    }
}
