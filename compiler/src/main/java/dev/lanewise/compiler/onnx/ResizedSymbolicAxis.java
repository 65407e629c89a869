package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * An axis resized whose extents are known when the model runs: places and weights are computed in f64, by
 * the formulas of {@link ResizedAxis}, and the elements gathered.
 *
 * @param n its extent
 * @param size that of the result
 * @param scale the ratio of both as stated, an f64 scalar
 * @param from begin of the region that is taken, as part of the axis
 * @param to end of the region
 */
record ResizedSymbolicAxis(
        Formula f, ResizeRule rule, Dim n, Dim size, Value scale, double from, double to) {

    /**
     * The axis {@code at} of x resized.
     *
     * @param x [..., n, ...]
     * @return [..., size, ...]
     */
    Value of(Value x, int at) {
        Value places = places();
        Value y = rule.isNearest()
                ? f.node().add(new Gather(at), x, inside(f.cast(nearest(places), DType.I64)))
                : interpolated(x, at, places);
        return outside(y, at);
    }

    /** y with the elements that lie outside replaced, where the rule says by what. */
    private Value outside(Value y, int at) {
        if (rule.extrapolation() == null) {
            return y;
        }
        Value places = places();
        Value outside = f.apply(BinaryFn.OR, f.apply(BinaryFn.LESS, places, 0),
                f.apply(BinaryFn.GREATER, places, f.apply(BinaryFn.SUB, extent(n), 1)));
        return f.where(f.along(outside, at, y.rank()), f.number(rule.extrapolation(), y.type().type()), y);
    }

    private Value extent(Dim dim) {
        return f.extent(dim, DType.F64);
    }

    /** Where the elements of the result lie among those of the input: f64 [size]. */
    private Value places() {
        Value i = f.cast(f.counting(size, 0, 1), DType.F64);
        Value centres = f.over(f.apply(BinaryFn.ADD, i, 0.5), scale);
        Value last = f.apply(BinaryFn.SUB, extent(n), 1);
        // the intervals of the result: its only element is number 0, whatever that is divided by
        Value intervals = f.apply(BinaryFn.MAX, f.apply(BinaryFn.SUB, extent(size), 1), 1);
        Value length = f.times(scale, extent(n));
        return switch (rule.coordinates()) {
            case "align_corners" -> {
                Value all = f.apply(BinaryFn.MAX, f.apply(BinaryFn.SUB, length, 1), 1);
                yield f.over(f.times(i, last), all);
            }
            case "asymmetric" -> f.over(i, scale);
            case "tf_half_pixel_for_nn" -> centres;
            case "pytorch_half_pixel" -> {
                Value several = f.apply(BinaryFn.MIN, f.apply(BinaryFn.SUB, extent(size), 1), 1);
                yield f.times(f.apply(BinaryFn.SUB, centres, 0.5), several);
            }
            case "half_pixel_symmetric" -> {
                Value lost = f.minus(f.number(1, DType.F64), f.over(extent(size), length));
                Value offset = f.times(f.apply(BinaryFn.MUL, extent(n), 0.5), lost);
                yield f.apply(BinaryFn.SUB, f.plus(offset, centres), 0.5);
            }
            case "tf_crop_and_resize" -> {
                // an only element lies in the middle of the region
                Value only = f.apply(BinaryFn.MAX, f.minus(f.number(2, DType.F64), extent(size)), 0);
                Value first = f.apply(BinaryFn.ADD, f.apply(BinaryFn.MUL, only, 0.5 * (to - from)), from);
                Value further = f.over(f.times(f.apply(BinaryFn.MUL, i, to - from), last), intervals);
                yield f.plus(f.times(first, last), further);
            }
            default -> f.apply(BinaryFn.SUB, centres, 0.5);
        };
    }

    private Value nearest(Value places) {
        return switch (rule.nearest()) {
            case "round_prefer_floor" -> f.apply(UnaryFn.CEIL, f.apply(BinaryFn.SUB, places, 0.5));
            case "round_prefer_ceil" -> f.apply(UnaryFn.FLOOR, f.apply(BinaryFn.ADD, places, 0.5));
            case "floor" -> f.apply(UnaryFn.FLOOR, places);
            default -> f.apply(UnaryFn.CEIL, places);
        };
    }

    /** i64 elements, those outside at the edges. */
    private Value inside(Value elements) {
        Value last = f.apply(BinaryFn.SUB, f.extent(n, DType.I64), 1);
        return f.apply(BinaryFn.MIN, f.apply(BinaryFn.MAX, elements, 0), last);
    }

    private Value interpolated(Value x, int at, Value places) {
        boolean cubic = rule.mode().equals("cubic");
        Value before = f.apply(UnaryFn.FLOOR, places);
        List<Value> elements = new ArrayList<>();
        List<Value> weights = new ArrayList<>();
        for (int tap = cubic ? -1 : 0; tap < (cubic ? 3 : 2); tap++) {
            Value position = f.apply(BinaryFn.ADD, before, tap);
            Value distance = f.apply(UnaryFn.ABS, f.minus(places, position));
            Value weight = cubic
                    ? OnnxSampling.cubic(f, distance, rule.cubicA())
                    : f.minus(f.number(1, DType.F64), distance);
            Value element = f.cast(position, DType.I64);
            Value there = inside(element);
            if (rule.excludeOutside()) {
                weight = f.where(f.apply(BinaryFn.EQUAL, there, element), weight, f.number(0, DType.F64));
            }
            elements.add(there);
            weights.add(weight);
        }
        if (rule.excludeOutside()) {
            Value sum = weights.stream().reduce(f::plus).orElseThrow();
            weights.replaceAll(weight -> f.over(weight, sum));
        }
        weights.replaceAll(weight -> f.along(f.cast(weight, x.type().type()), at, x.rank()));
        return OnnxSampling.weighted(f, x, at, elements, weights);
    }

    /**
     * The axis {@code at} of x resized by a kernel as wide as the elements of the result where these are wider: how
     * many elements meet is known only when the model runs, so all do, in a product. Elements outside are those at
     * the edges, repeated as far as the kernel reaches.
     *
     * @param x [..., n, ...]
     * @return [..., size, ...]
     */
    Value antialiased(Value x, int at) {
        Dim margin = reach();
        Dim wide = n.plus(margin.times(2));
        Value element = f.minus(f.counting(wide, 0, 1), f.extent(margin, DType.I64));
        Value edged = f.node().add(new Gather(at), x, inside(element));
        Value position = f.reshape(f.cast(element, DType.F64), List.of(wide, Dim.ONE));
        Value shrink = f.apply(BinaryFn.MIN, scale, 1);
        Value distance = f.times(f.apply(UnaryFn.ABS, f.minus(position, places())), shrink);
        Value weights = rule.mode().equals("cubic")
                ? OnnxSampling.cubic(f, f.apply(BinaryFn.MIN, distance, 2), rule.cubicA())
                : f.apply(BinaryFn.MAX, f.minus(f.number(1, DType.F64), distance), 0);
        if (rule.excludeOutside()) {
            Value here = f.apply(BinaryFn.EQUAL, inside(element), element);
            weights = f.where(f.along(here, 0, 2), weights, f.number(0, DType.F64));
        }
        Value sums = f.reduce(ReduceFn.SUM, weights, List.of(0), true);
        return outside(ResizedAxis.product(f, edged, at, f.cast(f.over(weights, sums), x.type().type())), at);
    }

    /** More elements than the kernel has on either side: twice the ratio of both extents, for their rounding too. */
    private Dim reach() {
        int support = rule.mode().equals("cubic") ? 2 : 1;
        return n.times(2L * support).ceilDiv(size.max(Dim.ONE)).plus(support + 1L);
    }
}
