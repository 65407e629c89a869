package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.ArgExtreme;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's reductions, positions of extremes, and running sums. */
final class OnnxReductions {

    private OnnxReductions() {}

    /** A reduction as a formula over axes. */
    private interface Body {
        Value of(Formula f, Value x, List<Integer> axes, boolean keepDims);
    }

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":ReduceSum", reduction(13, plain(ReduceFn.SUM)));
        ops.put(":ReduceMax", reduction(18, plain(ReduceFn.MAX)));
        ops.put(":ReduceMin", reduction(18, plain(ReduceFn.MIN)));
        ops.put(":ReduceProd", reduction(18, plain(ReduceFn.PROD)));
        ops.put(":ReduceL1", reduction(18, plain(ReduceFn.SUM_ABS)));
        ops.put(":ReduceSumSquare", reduction(18, plain(ReduceFn.SUM_SQUARE)));
        ops.put(":ReduceMean", reduction(18, OnnxReductions::mean));
        ops.put(":ReduceL2", reduction(18, OnnxReductions::norm));
        ops.put(":ReduceLogSum", reduction(18, OnnxReductions::logSum));
        ops.put(":ReduceLogSumExp", reduction(18, OnnxReductions::logSumExp));
        ops.put(":ArgMax", node -> argExtreme(node, true));
        ops.put(":ArgMin", node -> argExtreme(node, false));
        ops.put(":CumSum", node -> cumulate(node, false));
        ops.put(":CumProd", node -> cumulate(node, true));
    }

    private static Body plain(ReduceFn fn) {
        return (f, x, axes, keepDims) -> f.reduce(fn, x, axes, keepDims);
    }

    /**
     * @param asInput operator set from which the axes are an input
     */
    private static OnnxOp reduction(int asInput, Body body) {
        return node -> {
            Value x = node.in(0);
            boolean keepDims = node.flag("keepdims", true);
            boolean noop = node.opset() >= asInput && node.flag("noop_with_empty_axes", false);
            if (node.opset() >= asInput && node.has(1) && node.in(1).contents() == null) {
                OnnxAxesByData.KnownAxes known = (inside, axes) -> body.of(
                        new Formula(inside), inside.in(0), orAll(axes, noop, x.rank()), keepDims);
                node.out(keepDims ? OnnxAxesByData.any(node, 1, known) : OnnxAxesByData.each(node, 1, known));
                return;
            }
            long[] given = OnnxMovement.axes(node, asInput);
            List<Integer> axes = Arrays.stream(given == null ? new long[0] : given)
                    .mapToObj(axis -> OnnxMovement.axis(node, axis, x.rank())).toList();
            node.out(body.of(new Formula(node), x, orAll(axes, noop, x.rank()), keepDims));
        };
    }

    /** No axes at all are all of them, unless {@code noop} says that they are none. */
    private static List<Integer> orAll(List<Integer> axes, boolean noop, int rank) {
        return axes.isEmpty() && !noop ? Formula.axes(0, rank) : axes;
    }

    private static Value mean(Formula f, Value x, List<Integer> axes, boolean keepDims) {
        return f.cast(f.mean(f.wide(x), axes, keepDims), x.type().type());
    }

    private static Value norm(Formula f, Value x, List<Integer> axes, boolean keepDims) {
        Value squares = f.reduce(ReduceFn.SUM_SQUARE, f.real(x), axes, keepDims);
        return f.cast(f.apply(UnaryFn.SQRT, squares), x.type().type());
    }

    private static Value logSum(Formula f, Value x, List<Integer> axes, boolean keepDims) {
        Value sum = f.reduce(ReduceFn.SUM, f.real(x), axes, keepDims);
        return f.cast(f.apply(UnaryFn.LOG, sum), x.type().type());
    }

    /** {@code max + ln Σ e^(x − max)}; a maximum that is infinite is left out, so that its difference is no NaN. */
    private static Value logSumExp(Formula f, Value x, List<Integer> axes, boolean keepDims) {
        Value wide = f.real(x);
        Value max = f.reduce(ReduceFn.MAX, wide, axes, true);
        Value infinite = f.apply(BinaryFn.EQUAL, f.apply(UnaryFn.ABS, max), Double.POSITIVE_INFINITY);
        Value shift = f.where(infinite, f.number(0, wide.type().type()), max);
        Value powers = f.apply(UnaryFn.EXP, f.minus(wide, shift));
        Value log = f.apply(UnaryFn.LOG, f.reduce(ReduceFn.SUM, powers, axes, true));
        Value result = f.cast(f.plus(log, shift), x.type().type());
        return keepDims ? result : f.reshape(result, without(x.shape(), axes));
    }

    private static List<Dim> without(List<Dim> shape, List<Integer> axes) {
        List<Dim> left = new ArrayList<>();
        for (int axis = 0; axis < shape.size(); axis++) {
            if (!axes.contains(axis)) {
                left.add(shape.get(axis));
            }
        }
        return left;
    }

    private static void argExtreme(OnnxNode node, boolean largest) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        boolean keepDims = node.flag("keepdims", true);
        boolean last = node.flag("select_last_index", false);
        node.out(node.add(new ArgExtreme(axis, keepDims, largest, last), x));
    }

    private static void cumulate(OnnxNode node, boolean products) {
        boolean exclusive = node.flag("exclusive", false);
        boolean reverse = node.flag("reverse", false);
        if (!node.in(1).type().size().is(1)) {
            throw node.misfit("the axis is " + node.in(1).type() + "; expected one number");
        }
        OnnxAxesByData.KnownAxes along = (inside, axes) ->
                inside.add(new Cumulate(axes.get(0), exclusive, reverse, products), inside.in(0));
        boolean known = node.in(1).contents() != null;
        node.out(known
                ? along.convert(node, List.of(OnnxMovement.axis(node, node.longs(1)[0], node.in(0).rank())))
                : OnnxAxesByData.each(node, 1, along));
    }
}
