package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/** Elements by index. */
final class Indexing {

    private Indexing() {}

    /** Known indices into an extent, some counted from its end. */
    private static Operand indices(Growth g, int extent, int... shape) {
        long[] values = new long[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = g.between(-extent, extent - 1);
        }
        DType type = g.one(DType.I64, DType.I64, DType.I32);
        return g.constant(Literal.of(type, values, shape), 1 << 20);
    }

    static void gather(Growth g) {
        Operand x = g.floats(1, 4);
        int axis = g.random.nextInt(x.rank());
        if (x.extent(axis).min() == 0) {
            return;
        }
        Operand index = indexData(g, x.extent(axis));
        if (index == null || g.oneIn(2)) {
            int[] shape = g.one(new int[0], new int[] {1}, new int[] {3}, new int[] {2, 2}, new int[] {5});
            index = indices(g, x.extent(axis).min(), shape);
        }
        List<Extent> shape = new ArrayList<>(x.shape());
        shape.remove(axis);
        shape.addAll(axis, index.shape());
        if (g.fits(shape)) {
            g.op("Gather", x, index).set("axis", g.oneIn(3) ? axis - x.rank() : axis).gives(x.type(), shape, x.limit());
        }
    }

    /** Indices that only data know: whole numbers brought into range. */
    private static Operand indexData(Growth g, Extent extent) {
        Operand data = g.pick(value -> value.type() == DType.I64 && value.rank() < 3 && value.size() < 50);
        if (data == null) {
            return null;
        }
        Operand by = g.constant(Literal.of(new long[] {extent.min()}), extent.min());
        return g.op("Mod", data, by).gives(DType.I64, data.shape(), extent.min());
    }

    static void gatherElements(Growth g) {
        Operand x = g.floats(1, 3);
        int axis = g.random.nextInt(x.rank());
        if (x.isFixed()) {
            int[] shape = x.shape().stream().mapToInt(Extent::min).toArray();
            shape[axis] = g.between(1, 4);
            g.op("GatherElements", x, indices(g, x.extent(axis).min(), shape)).set("axis", axis)
                    .gives(x.type(), Extent.shape(shape), x.limit());
        }
    }

    static void gatherNd(Growth g) {
        Operand x = g.floats(2, 4);
        int depth = g.between(1, 2);
        if (x.shape().subList(0, depth).stream().anyMatch(extent -> extent.min() == 0)) {
            return;
        }
        int count = g.between(1, 4);
        List<Extent> shape = new ArrayList<>(x.shape().subList(depth, x.rank()));
        shape.add(0, Extent.of(count));
        g.op("GatherND", x, places(g, x, count, depth)).gives(x.type(), shape, x.limit());
    }

    /** [count, depth] of indices into the first axes. */
    private static Operand places(Growth g, Operand x, int count, int depth) {
        long[] values = new long[count * depth];
        for (int i = 0; i < values.length; i++) {
            int extent = x.extent(i % depth).min();
            values[i] = g.oneIn(4) && x.extent(i % depth).isFixed() ? -g.between(1, extent) : g.random.nextInt(extent);
        }
        return g.constant(Literal.of(values, count, depth), 1 << 20);
    }

    static void scatterElements(Growth g) {
        Operand x = g.floats(1, 3);
        int axis = g.random.nextInt(x.rank());
        if (!x.isFixed()) {
            return;
        }
        int[] shape = x.shape().stream().mapToInt(Extent::min).toArray();
        boolean adds = g.opset >= 16 && g.oneIn(2);
        shape[axis] = adds ? g.between(1, 4) : 1; // without a reduction, no element twice
        Operand updates = g.constant(DType.F32, 1, shape);
        Draft draft = g.op("ScatterElements", x, indices(g, x.extent(axis).min(), shape), updates)
                .set("axis", axis);
        if (adds) {
            draft.set("reduction", g.one("add", g.opset >= 18 ? "max" : "add"));
        }
        draft.gives(x.type(), x.shape(), x.limit() + 4);
    }

    static void scatterNd(Growth g) {
        Operand x = g.floats(2, 4);
        if (x.extent(0).min() == 0 || !x.shape().subList(1, x.rank()).stream().allMatch(Extent::isFixed)) {
            return;
        }
        int[] shape = x.shape().stream().mapToInt(Extent::min).toArray();
        shape[0] = 1;
        Operand updates = g.constant(DType.F32, 2, shape);
        Draft draft = g.op("ScatterND", x, places(g, x, 1, 1), updates);
        if (g.opset >= 16 && g.oneIn(2)) {
            draft.set("reduction", g.one("add", "mul"));
        }
        draft.gives(x.type(), x.shape(), 2 * x.limit() + 2);
    }

    static void oneHot(Growth g) {
        Operand x = g.pick(value -> value.type() == DType.I64 && value.rank() > 0 && value.rank() < 4
                && value.size() < 200);
        if (x != null) {
            List<Extent> shape = new ArrayList<>(x.shape());
            int axis = g.random.nextInt(x.rank() + 1);
            shape.add(axis, Extent.of(5));
            g.op("OneHot", x, g.numbers(5), g.constant(Literal.of(new float[] {0.5f, 2}, 2), 2))
                    .set("axis", axis).gives(DType.F32, shape, 2);
        }
    }

    /** A mask that is known; what data decide is the business of other tests. */
    static void compress(Growth g) {
        Operand x = g.floats(1, 3);
        int axis = g.random.nextInt(x.rank());
        if (x.extent(axis).isFixed() && x.extent(axis).min() > 0) {
            Literal mask = Draw.literal(g.random, DType.BOOL, 1, x.extent(axis).min());
            int kept = (int) java.util.Arrays.stream(mask.toLongs()).sum();
            g.op("Compress", x, g.constant(mask, 1 << 20)).set("axis", axis)
                    .gives(x.type(), x.with(axis, Extent.of(kept)), x.limit());
        }
    }
}
