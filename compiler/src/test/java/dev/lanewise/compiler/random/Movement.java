package dev.lanewise.compiler.random;

import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What puts elements elsewhere. */
final class Movement {

    private Movement() {}

    private static Operand any(Growth g, int lowestRank) {
        Operand found = g.oneIn(5) ? g.pickEvenEmpty(value -> value.rank() >= lowestRank && value.rank() <= 5
                && (value.isInteger() || value.type() == DType.BOOL)) : null;
        return found != null ? found : g.floatsEvenEmpty(lowestRank, 5);
    }

    static void transpose(Growth g) {
        Operand x = any(g, 1);
        List<Integer> order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
        Collections.shuffle(order, g.random);
        g.op("Transpose", x).set("perm", order.stream().mapToInt(i -> i).toArray())
                .gives(x.type(), order.stream().map(x::extent).toList(), x.limit());
    }

    /** Merges neighbours or splits a fixed axis; 0 copies an extent, -1 is what is left. */
    static void reshape(Growth g) {
        Operand x = any(g, 1);
        int axis = g.random.nextInt(x.rank());
        List<Extent> shape = new ArrayList<>(x.shape());
        int wild = axis;
        if (axis + 1 < x.rank() && !g.oneIn(3)) {
            shape.set(axis, x.extent(axis).times(x.extent(axis + 1)));
            shape.remove(axis + 1);
        } else if (x.extent(axis).isFixed() && x.extent(axis).min() > 1) {
            int extent = x.extent(axis).min();
            int divisor = IntStream.rangeClosed(1, extent).filter(d -> extent % d == 0).skip(1).findFirst().orElse(1);
            shape.set(axis, Extent.of(divisor));
            shape.add(axis + 1, Extent.of(extent / divisor));
            wild = -1;
        } else if (g.oneIn(2)) {
            g.op("Flatten", x).set("axis", axis)
                    .gives(x.type(), List.of(product(x, 0, axis), product(x, axis, x.rank())), x.limit());
            return;
        }
        if (shape.stream().anyMatch(extent -> extent.min() == 0)) {
            return; // 0 copies an extent
        }
        int[] numbers = new int[shape.size()];
        for (int i = 0; i < numbers.length; i++) {
            Extent extent = shape.get(i);
            boolean hidden = g.oneIn(2) || !extent.isFixed();
            boolean copied = i < x.rank() && i < axis && extent.equals(x.extent(i));
            numbers[i] = hidden && copied ? 0 : hidden && i == wild ? -1 : extent.isFixed() ? extent.min() : -2;
        }
        int unknown = -1;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == -2) {
                boolean taken = Arrays.stream(numbers).anyMatch(n -> n == -1);
                if (unknown >= 0 || taken) {
                    return;
                }
                numbers[i] = -1;
                unknown = i;
            }
        }
        g.op("Reshape", x, g.numbers(numbers)).gives(x.type(), shape, x.limit());
    }

    private static Extent product(Operand x, int from, int to) {
        return x.shape().subList(from, to).stream().reduce(Extent.of(1), Extent::times);
    }

    static void unsqueeze(Growth g) {
        Operand x = any(g, 0);
        if (x.rank() > 4) {
            return;
        }
        int axis = g.random.nextInt(x.rank() + 1);
        List<Extent> shape = new ArrayList<>(x.shape());
        shape.add(axis, Extent.of(1));
        g.op("Unsqueeze", x, g.numbers(g.oneIn(3) ? axis - x.rank() - 1 : axis)).gives(x.type(), shape, x.limit());
    }

    static void squeeze(Growth g) {
        Operand x = g.pickEvenEmpty(value -> value.isFloat() && value.shape().contains(Extent.of(1)));
        if (x != null) {
            int axis = x.shape().indexOf(Extent.of(1));
            List<Extent> shape = new ArrayList<>(x.shape());
            shape.remove(axis);
            g.op("Squeeze", x, g.numbers(axis)).gives(x.type(), shape, x.limit());
        }
    }

    static void expand(Growth g) {
        Operand x = any(g, 0);
        List<Extent> shape = new ArrayList<>(x.shape());
        for (int axis = 0; axis < x.rank(); axis++) {
            if (x.extent(axis).is(1)) {
                shape.set(axis, Extent.of(g.between(1, 4)));
            }
        }
        if (shape.size() < 5 && g.oneIn(3)) {
            shape.add(0, Extent.of(g.between(1, 3)));
        }
        if (g.fits(shape)) {
            int[] numbers = shape.stream().mapToInt(extent -> extent.isFixed() ? extent.min() : 1).toArray();
            g.op("Expand", x, g.numbers(numbers)).gives(x.type(), shape, x.limit());
        }
    }

    static void tile(Growth g) {
        Operand x = any(g, 1);
        int[] repeats = x.shape().stream().mapToInt(extent -> g.one(1, 1, 2, 3)).toArray();
        List<Extent> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            shape.add(x.extent(axis).times(Extent.of(repeats[axis])));
        }
        if (g.fits(shape)) {
            g.op("Tile", x, g.numbers(repeats)).gives(x.type(), shape, x.limit());
        }
    }

    /** Ends before and after what there is, steps both ways. */
    static void slice(Growth g) {
        Operand x = any(g, 1);
        int[] axes = Reductions.axes(g, x.rank());
        int[] starts = new int[axes.length];
        int[] ends = new int[axes.length];
        int[] steps = new int[axes.length];
        List<Extent> shape = new ArrayList<>(x.shape());
        for (int i = 0; i < axes.length; i++) {
            int most = x.extent(axes[i]).max();
            int start = g.between(-most - 1, most + 1);
            int step = g.one(1, 1, 1, 2, 3, -1, -1, -2);
            // far ends as the specification recommends them; ONNX Runtime reads them its own way the other way round
            int far = step > 0 ? Integer.MAX_VALUE : -Integer.MAX_VALUE;
            int end = g.oneIn(4) ? far : g.between(-most - 2, most + 2);
            starts[i] = start;
            ends[i] = end;
            steps[i] = step;
            shape.set(axes[i], x.extent(axes[i]).map(extent -> sliced(extent, start, end, step)));
        }
        boolean plain = Arrays.stream(steps).allMatch(step -> step == 1) && g.oneIn(2);
        int[] written = Arrays.stream(axes).map(axis -> g.oneIn(4) ? axis - x.rank() : axis).toArray();
        (plain ? g.op("Slice", x, g.numbers(starts), g.numbers(ends), g.numbers(written))
                : g.op("Slice", x, g.numbers(starts), g.numbers(ends), g.numbers(written), g.numbers(steps)))
                .gives(x.type(), shape, x.limit());
    }

    private static int sliced(int extent, int start, int end, int step) {
        long from = start < 0 ? start + (long) extent : start;
        long to = end < 0 ? end + (long) extent : end;
        if (step > 0) {
            from = clamp(from, 0, extent);
            to = clamp(to, 0, extent);
            return (int) Math.max(0, (to - from + step - 1) / step);
        }
        from = clamp(from, 0, Math.max(0, extent - 1));
        to = clamp(to, -1, Math.max(-1, extent - 1));
        return extent == 0 ? 0 : (int) Math.max(0, (from - to - step - 1) / -step);
    }

    private static long clamp(long value, long low, long high) {
        return Math.max(low, Math.min(high, value));
    }

    static void concat(Growth g) {
        Operand x = any(g, 1);
        int axis = g.random.nextInt(x.rank());
        List<Operand> parts = new ArrayList<>(List.of(x));
        List<Extent> shape = x.shape();
        double limit = x.limit();
        for (int i = g.between(1, 3); i > 0; i--) {
            Operand next = g.pickEvenEmpty(value -> value.type() == x.type() && value.rank() == x.rank()
                    && value.with(axis, Extent.of(1)).equals(x.with(axis, Extent.of(1))));
            if (next == null) {
                return;
            }
            parts.add(next);
            List<Extent> longer = new ArrayList<>(shape);
            longer.set(axis, shape.get(axis).plus(next.extent(axis)));
            shape = longer;
            limit = Math.max(limit, next.limit());
        }
        if (g.fits(shape)) {
            g.op("Concat", parts.toArray(new Operand[0])).set("axis", g.oneIn(3) ? axis - x.rank() : axis)
                    .gives(x.type(), shape, limit);
        }
    }

    static void split(Growth g) {
        Operand x = any(g, 1);
        int axis = g.random.nextInt(x.rank());
        if (!x.extent(axis).isFixed() || x.extent(axis).min() < 2) {
            return;
        }
        int first = g.between(g.oneIn(8) ? 0 : 1, x.extent(axis).min() - 1);
        int rest = x.extent(axis).min() - first;
        g.op("Split", x, g.numbers(first, rest)).set("axis", axis)
                .also(x.type(), x.with(axis, Extent.of(first)), x.limit())
                .also(x.type(), x.with(axis, Extent.of(rest)), x.limit())
                .done();
    }

    static void pad(Growth g) {
        Operand x = g.floats(1, 4);
        String mode = g.one("constant", "constant", "edge", "reflect");
        int least = x.shape().stream().mapToInt(Extent::min).min().orElse(0);
        int most = mode.equals("constant") ? 3 : Math.min(3, least - 1);
        if (most < 0) {
            return;
        }
        int[] pads = new int[2 * x.rank()];
        List<Extent> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            boolean cut = mode.equals("constant") && x.extent(axis).min() > 4 && g.oneIn(6);
            pads[axis] = cut ? -1 : g.between(0, most);
            pads[axis + x.rank()] = g.oneIn(2) ? 0 : g.between(0, most);
            shape.add(x.extent(axis).plus(Extent.of(pads[axis] + pads[axis + x.rank()])));
        }
        if (g.fits(shape)) {
            Operand value = mode.equals("constant") && g.oneIn(2) ? g.scalar(0.25f) : null;
            Draft draft = value == null ? g.op("Pad", x, g.numbers(pads)) : g.op("Pad", x, g.numbers(pads), value);
            draft.set("mode", mode).gives(x.type(), shape, x.limit() + 0.25);
        }
    }

    static void depthToSpace(Growth g) {
        Operand x = g.floats(4, 4);
        if (g.oneIn(2) && x.extent(1).isFixed() && x.extent(1).min() % 4 == 0 && x.extent(1).min() > 0) {
            g.op("DepthToSpace", x).set("blocksize", 2).set("mode", g.one("DCR", "CRD"))
                    .gives(x.type(), List.of(x.extent(0), x.extent(1).map(c -> c / 4), x.extent(2).map(h -> 2 * h),
                            x.extent(3).map(w -> 2 * w)), x.limit());
        } else if (x.shape().subList(2, 4).stream().allMatch(e -> e.isFixed() && e.min() % 2 == 0)) {
            g.op("SpaceToDepth", x).set("blocksize", 2)
                    .gives(x.type(), List.of(x.extent(0), x.extent(1).map(c -> 4 * c), x.extent(2).map(h -> h / 2),
                            x.extent(3).map(w -> w / 2)), x.limit());
        }
    }

    static void trilu(Growth g) {
        Operand x = g.floats(2, 4);
        if (g.opset >= 14) {
            g.op("Trilu", x, g.constant(dev.lanewise.compiler.graph.Literal.of(new long[] {g.between(-2, 2)}), 1 << 20))
                    .set("upper", g.random.nextInt(2)).gives(x.type(), x.shape(), x.limit());
        }
    }

    /** Shapes as data: what exporters write between the layers. */
    static void shapeOf(Growth g) {
        Operand x = g.floats(1, 4);
        if (x.shape().stream().anyMatch(extent -> extent.min() == 0)) {
            return;
        }
        double limit = x.shape().stream().mapToInt(Extent::max).max().orElse(1);
        Operand shape = g.op("Shape", x).gives(DType.I64, Extent.shape(x.rank()), limit);
        int axis = g.random.nextInt(x.rank());
        Operand one = g.op("Gather", shape, g.numbers(axis)).set("axis", 0).gives(DType.I64, Extent.shape(1), limit);
        if (g.oneIn(2)) {
            // [extent, rest]
            Operand target = g.op("Concat", one, g.numbers(-1)).set("axis", 0).gives(DType.I64, Extent.shape(2), limit);
            Extent rest = new Extent(IntStream.range(0, Extent.RUNS).mapToObj(run ->
                    product(x, 0, x.rank()).at(run) / x.extent(axis).at(run)).toList());
            g.op("Reshape", x, target).gives(x.type(), List.of(x.extent(axis), rest), x.limit());
        } else {
            Operand filled = g.op("ConstantOfShape", one).gives(DType.F32, List.of(x.extent(axis)), 1);
            g.op("Add", filled, g.scalar(0.5f)).gives(DType.F32, filled.shape(), 1);
        }
    }
}
