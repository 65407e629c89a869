package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.List;
import java.util.Map;

/** Many elements to one, and running sums. */
final class ReductionSteps {

    private ReductionSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.REDUCE, ReductionSteps::reduce);
        kinds.put(StepKind.ARG_EXTREME, ReductionSteps::argExtreme);
        kinds.put(StepKind.CUMULATE, ReductionSteps::cumulate);
        kinds.put(StepKind.SOFTMAX, ReductionSteps::softmax);
    }

    private static void reduce(LaneStep step) {
        ReduceFn fn = step.choice(0, ReduceFn.values());
        List<Integer> axes = step.integers(1, step.intCount());
        OnnxValue x = step.in(0);
        Arithmetic arithmetic = new Arithmetic(step);
        if (axes.isEmpty()) {
            step.out(0, switch (fn) {
                case SUM_SQUARE -> arithmetic.apply("Mul", x, x);
                case SUM_ABS -> arithmetic.apply("Abs", x);
                default -> x;
            });
            return;
        }
        List<Dim> shape = step.shape(0);
        if ((fn == ReduceFn.MAX || fn == ReduceFn.MIN) && axes.stream().anyMatch(axis -> shape.get(axis).is(0))) {
            OnnxValue neutral = arithmetic.constant(x.type(), neutral(step, fn, x.type()));
            step.out(0, step.graph().node("Expand", neutral, step.extents().vector(step.outShape(0))).out());
            return;
        }
        GraphDraft graph = step.graph();
        String operator = operator(fn);
        boolean mapped = fn == ReduceFn.SUM_ABS || fn == ReduceFn.SUM_SQUARE;
        if (mapped && KernelTypes.of(operator, x.type()) == null) { // then sum what is made of each element
            operator = "ReduceSum";
            x = fn == ReduceFn.SUM_ABS ? arithmetic.apply("Abs", x) : arithmetic.apply("Mul", x, x);
        }
        DType in = arithmetic.computed(operator, x.type());
        long[] list = axes.stream().mapToLong(axis -> axis).toArray();
        OnnxValue y = graph.node(operator, graph.cast(x, in), graph.constants().integers(list))
                .integer("keepdims", step.outShape(0).size() == shape.size() ? 1 : 0).out();
        step.out(0, y);
    }

    private static String operator(ReduceFn fn) {
        return switch (fn) {
            case SUM -> "ReduceSum";
            case SUM_SQUARE -> "ReduceSumSquare";
            case SUM_ABS -> "ReduceL1";
            case PROD -> "ReduceProd";
            case MAX -> "ReduceMax";
            case MIN -> "ReduceMin";
        };
    }

    /** What nothing reduced gives, which ONNX Runtime refuses. */
    private static double neutral(LaneStep step, ReduceFn fn, DType type) {
        if (!type.isFloating()) {
            throw step.unsupported("the extreme of no elements of " + type);
        }
        return fn == ReduceFn.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    private static void argExtreme(LaneStep step) {
        GraphDraft graph = step.graph();
        if (step.type(0) == DType.I64 && !step.flag(2)) {
            step.out(0, ofLongs(step));
            return;
        }
        String operator = step.flag(1) ? "ArgMax" : "ArgMin";
        DType in = new Arithmetic(step).computed(operator, step.type(0));
        step.out(0, graph.node(operator, graph.cast(step.in(0), in))
                .integer("axis", step.axis(0, step.rank(0)))
                .integer("keepdims", step.outShape(0).size() == step.rank(0) ? 1 : 0)
                .integer("select_last_index", step.integer(2))
                .out(DType.I64));
    }

    /** ONNX Runtime has the best k of i64, but not the best. */
    private static OnnxValue ofLongs(LaneStep step) {
        int axis = step.axis(0, step.rank(0));
        NodeDraft node = step.graph().node("TopK", step.in(0), step.graph().constants().integers(1))
                .integer("axis", axis)
                .integer("largest", step.integer(1));
        node.out();
        OnnxValue best = node.out(DType.I64);
        return step.outShape(0).size() == step.rank(0)
                ? best
                : step.graph().node("Squeeze", best, step.graph().constants().integers(axis)).out();
    }

    private static void softmax(LaneStep step) {
        GraphDraft graph = step.graph();
        String operator = step.flag(0) ? "LogSoftmax" : "Softmax";
        DType in = new Arithmetic(step).computed(operator, step.type(0));
        step.out(0, graph.node(operator, graph.cast(step.in(0), in)).integer("axis", -1).out());
    }

    private static void cumulate(LaneStep step) {
        int axis = step.axis(0, step.rank(0));
        GraphDraft graph = step.graph();
        DType in = new Arithmetic(step).computed("CumSum", step.type(0));
        OnnxValue x = graph.cast(step.in(0), in);
        if (step.flag(3)) {
            step.out(0, products(step, x, axis, step.flag(1), step.flag(2)));
            return;
        }
        step.out(0, graph.node("CumSum", x, graph.constants().scalar(DType.I64, axis))
                .integer("exclusive", step.integer(1))
                .integer("reverse", step.integer(2))
                .out());
    }

    /**
     * Running products, for which ONNX has an operator only from version 26 on, and ONNX Runtime no kernel: each
     * element times the one 1, then 2, then 4 … before it (Hillis, Steele 1986).
     */
    private static OnnxValue products(LaneStep step, OnnxValue x, int axis, boolean exclusive, boolean reverse) {
        long longest = step.shape(0).get(axis).max();
        OnnxValue y = exclusive ? shifted(step, x, axis, 1, reverse) : x;
        for (long distance = 1; distance < longest; distance *= 2) {
            y = step.graph().node("Mul", y, shifted(step, y, axis, distance, reverse)).out();
        }
        return y;
    }

    /** Each element's neighbour at a distance before it (behind it where {@code reverse}), 1 where there is none. */
    private static OnnxValue shifted(LaneStep step, OnnxValue x, int axis, long distance, boolean reverse) {
        GraphDraft graph = step.graph();
        int rank = step.rank(0);
        long[] pads = new long[2 * rank];
        pads[reverse ? rank + axis : axis] = distance;
        OnnxValue padded = graph.node("Pad", x, graph.constants().integers(pads),
                graph.constants().scalar(x.type(), 1)).out();
        long start = reverse ? distance : 0;
        long end = reverse ? Long.MAX_VALUE : -distance;
        return graph.node("Slice", padded, graph.constants().integers(start), graph.constants().integers(end),
                graph.constants().integers(axis)).out();
    }
}
