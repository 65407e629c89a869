package dev.lanewise.compiler.random;

import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What folds axes. */
final class Reductions {

    private Reductions() {}

    static void reduce(Growth g) {
        Operand x = g.floatsEvenEmpty(1, 5);
        int[] axes = axes(g, x.rank());
        boolean keep = g.oneIn(2);
        double count = 1;
        for (int axis : axes) {
            count *= Math.max(1, x.extent(axis).max());
        }
        String type = g.one("ReduceSum", "ReduceSum", "ReduceMean", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1",
                "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceProd");
        if (type.equals("ReduceProd") && (count > 8 || x.limit() > 2)) {
            type = "ReduceSum";
        }
        if (type.equals("ReduceLogSumExp") && x.limit() > 30) {
            type = "ReduceMean";
        }
        if (x.isEmpty() && (type.equals("ReduceMean") || type.equals("ReduceLogSumExp"))) {
            type = "ReduceSum"; // a mean of nothing is 0 to ONNX Runtime and not a number to ONNX's own reference
        }
        double limit = switch (type) {
            case "ReduceSum", "ReduceL1", "ReduceL2" -> count * x.limit();
            case "ReduceSumSquare" -> count * x.limit() * x.limit();
            case "ReduceProd" -> Math.pow(Math.max(1, x.limit()), count);
            case "ReduceLogSumExp" -> x.limit() + Math.log(count);
            default -> x.isEmpty() ? Double.POSITIVE_INFINITY : x.limit(); // the extreme of nothing
        };
        // ONNX Runtime does not count axes from the end where there are no elements
        int[] written = Arrays.stream(axes).map(axis -> !x.isEmpty() && g.oneIn(3) ? axis - x.rank() : axis).toArray();
        boolean all = axes.length == x.rank() && g.oneIn(2);
        boolean asInput = g.opset >= 18 || type.equals("ReduceSum");
        Draft draft = all ? g.op(type, x)
                : asInput ? g.op(type, x, g.numbers(written))
                : g.op(type, x).set("axes", written);
        Operand y = draft.set("keepdims", keep ? 1 : 0).gives(DType.F32, without(x, axes, keep), limit);
        if (Double.isInfinite(limit)) { // goes on as ±1: pooling of ONNX Runtime takes infinity for its largest float
            g.op("Tanh", y).gives(DType.F32, y.shape(), 1);
        }
    }

    /** Some axes, at least one, in order. */
    static int[] axes(Growth g, int rank) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            if (g.oneIn(2)) {
                axes.add(axis);
            }
        }
        if (axes.isEmpty()) {
            axes.add(g.random.nextInt(rank));
        }
        return axes.stream().mapToInt(axis -> axis).toArray();
    }

    static List<Extent> without(Operand x, int[] axes, boolean keep) {
        List<Extent> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            int at = axis;
            if (Arrays.stream(axes).noneMatch(gone -> gone == at)) {
                shape.add(x.extent(axis));
            } else if (keep) {
                shape.add(Extent.of(1));
            }
        }
        return shape;
    }

    static void argExtreme(Growth g) {
        Operand x = g.pick(value -> value.isFloat() && value.rank() > 0);
        if (x == null) {
            return;
        }
        int axis = g.random.nextInt(x.rank());
        boolean keep = g.oneIn(2);
        g.op(g.one("ArgMax", "ArgMin"), x)
                .set("axis", g.oneIn(3) ? axis - x.rank() : axis)
                .set("keepdims", keep ? 1 : 0)
                .set("select_last_index", g.oneIn(4) ? 1 : 0)
                .gives(DType.I64, without(x, new int[] {axis}, keep), x.extent(axis).max());
    }

    static void cumulate(Growth g) {
        Operand x = g.floats(1, 4);
        int axis = g.random.nextInt(x.rank());
        g.op("CumSum", x, g.numbers(g.oneIn(3) ? axis - x.rank() : axis))
                .set("exclusive", g.random.nextInt(2)).set("reverse", g.random.nextInt(2))
                .gives(DType.F32, x.shape(), x.limit() * Math.max(1, x.extent(axis).max()));
    }

    static void topK(Growth g) {
        Operand x = g.floats(1, 4);
        int axis = g.random.nextInt(x.rank());
        if (x.extent(axis).min() < 1) {
            return;
        }
        int k = g.between(1, x.extent(axis).min());
        g.op("TopK", x, g.numbers(k)).set("axis", axis).set("largest", g.random.nextInt(2))
                .also(DType.F32, x.with(axis, Extent.of(k)), x.limit())
                .also(DType.I64, x.with(axis, Extent.of(k)), x.extent(axis).max())
                .done();
    }
}
