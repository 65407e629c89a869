package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Many elements to one: {@code y = fn over the axes of x}, of x's type. Over no elements it gives the
 * neutral element of {@code fn}.
 *
 * @param axes from 0, ascending
 * @param keepDims whether reduced axes stay, of extent 1
 */
public record Reduce(ReduceFn fn, List<Integer> axes, boolean keepDims) implements Op {

    public Reduce {
        axes = axes.stream().sorted().toList();
    }

    /** Reduces one axis, which stays. */
    public static Reduce along(ReduceFn fn, int axis) {
        return new Reduce(fn, List.of(axis), true);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        if (in.dtype(0) == DType.BOOL && fn != ReduceFn.MAX && fn != ReduceFn.MIN) {
            throw in.fail("is not defined for " + in.type(0));
        }
        if (axes.stream().distinct().count() != axes.size()
                || axes.stream().anyMatch(axis -> axis < 0 || axis >= in.rank(0))) {
            throw in.fail("axes " + axes + " of " + in.type(0));
        }
        List<Dim> shape = new ArrayList<>();
        for (int axis = 0; axis < in.rank(0); axis++) {
            if (!axes.contains(axis)) {
                shape.add(in.dim(0, axis));
            } else if (keepDims) {
                shape.add(Dim.ONE);
            }
        }
        return List.of(new ValueType(in.dtype(0), shape));
    }

    /** Extents of a shape are multiplied to count elements. */
    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> x = in.value(0).contents();
        if (x == null || x.isEmpty() || in.rank(0) != 1 || axes.isEmpty() || in.dtype(0).isFloating()) {
            return null;
        }
        if (fn == ReduceFn.SUM_SQUARE || fn == ReduceFn.SUM_ABS) {
            return null;
        }
        Dim result = x.get(0);
        for (Dim next : x.subList(1, x.size())) {
            result = switch (fn) {
                case SUM -> result.plus(next);
                case PROD -> result.times(next);
                case MAX -> result.max(next);
                default -> result.min(next);
            };
        }
        return List.of(List.of(result));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int[] shape = x.shape();
        int[] kept = shape.clone();
        axes.forEach(axis -> kept[axis] = 1);
        int[] strides = Strides.of(kept);
        axes.forEach(axis -> strides[axis] = 0);
        int size = Literal.size(kept);
        boolean floating = x.type().isFloating();
        double[] doubles = new double[floating ? size : 0];
        long[] longs = new long[floating ? 0 : size];
        Arrays.fill(doubles, neutral());
        Arrays.fill(longs, neutral(x.type()));
        for (int i = 0; i < x.size(); i++) {
            int at = Strides.index(i, shape, strides);
            if (floating) {
                doubles[at] = take(doubles[at], x.doubleAt(i));
            } else {
                longs[at] = take(longs[at], x.longAt(i), x.type());
            }
        }
        int[] result = keepDims ? kept : dropped(shape);
        return List.of(floating ? Literal.of(x.type(), doubles, result) : Literal.of(x.type(), longs, result));
    }

    private int[] dropped(int[] shape) {
        List<Integer> left = new ArrayList<>();
        for (int axis = 0; axis < shape.length; axis++) {
            if (!axes.contains(axis)) {
                left.add(shape[axis]);
            }
        }
        return left.stream().mapToInt(extent -> extent).toArray();
    }

    private double neutral() {
        return switch (fn) {
            case SUM, SUM_SQUARE, SUM_ABS -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    private long neutral(DType type) {
        return switch (fn) {
            case SUM, SUM_SQUARE, SUM_ABS -> 0;
            case PROD -> 1;
            case MAX -> Cast.least(type);
            case MIN -> type == DType.U64 ? -1 : Cast.most(type);
        };
    }

    private double take(double acc, double x) {
        return switch (fn) {
            case SUM -> acc + x;
            case SUM_SQUARE -> acc + x * x;
            case SUM_ABS -> acc + Math.abs(x);
            case PROD -> acc * x;
            case MAX -> Math.max(acc, x);
            case MIN -> Math.min(acc, x);
        };
    }

    private long take(long acc, long x, DType type) {
        int order = type == DType.U64 ? Long.compareUnsigned(acc, x) : Long.compare(acc, x);
        return switch (fn) {
            case SUM -> acc + x;
            case SUM_SQUARE -> acc + x * x;
            case SUM_ABS -> acc + (type.isUnsigned() ? x : Math.abs(x));
            case PROD -> acc * x;
            case MAX -> order >= 0 ? acc : x;
            case MIN -> order <= 0 ? acc : x;
        };
    }

    /** Of an extreme, all elements that are equal to it share its gradient. */
    @Override
    public void gradient(Gradient g) {
        Value x = g.in(0);
        List<Dim> kept = new ArrayList<>(x.shape());
        axes.forEach(axis -> kept.set(axis, Dim.ONE));
        Value of = g.reshape(g.of(), kept);
        Value y = g.reshape(g.out(), kept);
        g.give(0, switch (fn) {
            case SUM -> g.add(new Expand(x.shape()), of);
            case SUM_SQUARE -> g.times(of, g.affine(2, x, 0));
            case SUM_ABS -> g.times(of, g.apply(UnaryFn.SIGN, x));
            case PROD -> g.times(of, g.over(y, x));
            case MAX, MIN -> {
                Value extreme = g.indicator(BinaryFn.EQUAL, x, y);
                yield g.times(extreme, g.over(of, g.sum(extreme, axes)));
            }
        });
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.REDUCE).ints(fn.ordinal()).ints(axes);
    }

    /** Every function over rows and columns, every type, then other sets of axes, empty ones among them. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (ReduceFn fn : ReduceFn.values()) {
            cases.add(OpCase.of(along(fn, 1), OpCase.in(3, 37)));
            cases.add(OpCase.of(along(fn, 0), OpCase.in(7, 37)));
            for (DType type : DType.values()) {
                if (type != DType.F32 && (type != DType.BOOL || fn == ReduceFn.MAX || fn == ReduceFn.MIN)) {
                    double low = type.isUnsigned() ? 0 : -3;
                    cases.add(OpCase.of(
                            along(fn, 1), OpCase.in(ValueType.of(type, 3, 6), low, type == DType.BOOL ? 2 : 4)));
                }
            }
            cases.add(OpCase.of(along(fn, 0), OpCase.in(0, 3)));
        }
        int[][] axes = {{}, {0, 1, 2, 3}, {0, 2}, {1, 3}, {1, 2}, {2, 3}, {0, 1}, {0, 3}};
        for (int[] set : axes) {
            List<Integer> list = Arrays.stream(set).boxed().toList();
            cases.add(OpCase.of(new Reduce(ReduceFn.SUM, list, false), OpCase.in(2, 3, 5, 17)));
            cases.add(OpCase.of(new Reduce(ReduceFn.MAX, list, true), OpCase.in(2, 3, 5, 17)));
        }
        cases.add(OpCase.of(new Reduce(ReduceFn.SUM, List.of(), false), OpCase.in()));
        return cases;
    }
}
