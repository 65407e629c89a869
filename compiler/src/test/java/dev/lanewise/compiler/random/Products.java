package dev.lanewise.compiler.random;

import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/** Sums of products. */
final class Products {

    private Products() {}

    private static double limit(Operand a, Operand b, int k) {
        return a.limit() * b.limit() * Math.max(1, k);
    }

    /** By a matrix that is known, with what often follows. */
    static void weights(Growth g) {
        Operand x = g.floatsEvenEmpty(1, 4);
        Extent k = x.extent(x.rank() - 1);
        if (!k.isFixed()) {
            return;
        }
        int n = Draw.extent(g.random, 40);
        List<Extent> shape = x.with(x.rank() - 1, Extent.of(n));
        if (!g.fits(shape)) {
            return;
        }
        Operand w = g.constant(DType.F32, 1, k.min(), n);
        Operand y = g.op("MatMul", x, w).gives(DType.F32, shape, limit(x, w, k.min()));
        if (g.oneIn(2)) {
            Operand b = g.constant(DType.F32, 1, n);
            y = g.op("Add", y, b).gives(DType.F32, shape, y.limit() + 1);
            if (g.oneIn(2)) {
                Elementwise.unary(g, y);
            }
        }
    }

    static void values(Growth g) {
        Operand x = g.floats(2, 4);
        Operand y = g.pick(value -> value.isFloat() && value.rank() >= 2
                && value.extent(value.rank() - 2).equals(x.extent(x.rank() - 1))
                && Elementwise.broadcast(stack(x), stack(value)) != null);
        if (y == null) {
            List<Extent> shape = new ArrayList<>(g.oneIn(2) ? stack(x) : List.of());
            shape.add(x.extent(x.rank() - 1));
            shape.add(Extent.of(Draw.extent(g.random, 9)));
            y = g.input(DType.F32, shape);
        }
        List<Extent> shape = new ArrayList<>(Elementwise.broadcast(stack(x), stack(y)));
        shape.add(x.extent(x.rank() - 2));
        shape.add(y.extent(y.rank() - 1));
        if (g.fits(shape)) {
            g.op("MatMul", x, y).gives(DType.F32, shape, limit(x, y, x.extent(x.rank() - 1).max()));
        }
    }

    private static List<Extent> stack(Operand x) {
        return x.shape().subList(0, x.rank() - 2);
    }

    static void gemm(Growth g) {
        Operand x = g.floats(2, 2);
        boolean turnedX = g.oneIn(4);
        Extent m = x.extent(turnedX ? 1 : 0);
        Extent k = x.extent(turnedX ? 0 : 1);
        if (!k.isFixed()) {
            return;
        }
        int n = Draw.extent(g.random, 40);
        boolean turnedW = g.oneIn(2);
        Operand w = turnedW ? g.constant(DType.F32, 1, n, k.min()) : g.constant(DType.F32, 1, k.min(), n);
        Operand b = switch (g.random.nextInt(4)) {
            case 0 -> g.constant(DType.F32, 1, n);
            case 1 -> g.constant(DType.F32, 1, 1, n);
            case 2 -> g.scalar(0.75f);
            default -> null;
        };
        Draft draft = b == null ? g.op("Gemm", x, w) : g.op("Gemm", x, w, b);
        draft.set("transA", turnedX ? 1 : 0).set("transB", turnedW ? 1 : 0);
        if (g.oneIn(3)) {
            draft.set("alpha", 0.5f).set("beta", -2f);
        }
        List<Extent> shape = List.of(m, Extent.of(n));
        if (g.fits(shape)) {
            draft.gives(DType.F32, shape, limit(x, w, k.min()) + 2);
        }
    }

    static void einsum(Growth g) {
        Operand x = g.floats(2, 2);
        Operand y = g.input(DType.F32, List.of(x.extent(1), Extent.of(g.between(1, 6))));
        switch (g.random.nextInt(3)) {
            case 0 -> g.op("Einsum", x, y).set("equation", "ij,jk->ki")
                    .gives(DType.F32, List.of(y.extent(1), x.extent(0)), limit(x, y, x.extent(1).max()));
            case 1 -> g.op("Einsum", x, x).set("equation", "ij,ij->i")
                    .gives(DType.F32, List.of(x.extent(0)), limit(x, x, x.extent(1).max()));
            default -> g.op("Einsum", x).set("equation", "ij->ji")
                    .gives(DType.F32, List.of(x.extent(1), x.extent(0)), x.limit());
        }
    }

    /** softmax(q · kᵀ · s) · v with heads, as exporters write it. */
    static void attention(Growth g) {
        int heads = g.between(1, 3);
        int width = g.one(2, 4, 5, 8);
        Operand x = g.pick(value -> value.isFloat() && value.rank() == 3 && value.limit() < 50
                && value.extent(2).is(heads * width));
        if (x == null) {
            List<Extent> two = g.shape(2);
            List<Extent> shape = List.of(two.get(0).max() > 3 ? Extent.of(2) : two.get(0), two.get(1),
                    Extent.of(heads * width));
            if (!g.fits(shape) || shape.get(1).max() > 20) {
                return;
            }
            x = g.input(DType.F32, shape);
        }
        Extent b = x.extent(0);
        Extent t = x.extent(1);
        List<Extent> scoreShape = List.of(b, Extent.of(heads), t, t);
        if (b.min() == 0 || t.min() == 0 || !g.fits(scoreShape)) {
            return;
        }
        Operand q = heads(g, x, heads, width, 0, 2, 1, 3);
        Operand k = heads(g, x, heads, width, 0, 2, 3, 1);
        Operand v = heads(g, x, heads, width, 0, 2, 1, 3);
        Operand scores = g.op("MatMul", q, k).gives(DType.F32, scoreShape, limit(q, k, width));
        scores = g.op("Mul", scores, g.scalar((float) (1 / Math.sqrt(width)))).gives(DType.F32, scoreShape,
                scores.limit());
        if (g.oneIn(3)) {
            Operand mask = g.input(DType.F32, List.of(t, t));
            scores = g.op("Add", scores, mask).gives(DType.F32, scoreShape, scores.limit() + 10);
        }
        Operand weights = g.op("Softmax", scores).set("axis", -1).gives(DType.F32, scoreShape, 1);
        Operand mixed = g.op("MatMul", weights, v).gives(DType.F32, v.shape(), v.limit());
        Operand back = g.op("Transpose", mixed).set("perm", 0, 2, 1, 3)
                .gives(DType.F32, List.of(b, t, Extent.of(heads), Extent.of(width)), v.limit());
        g.op("Reshape", back, g.numbers(0, 0, heads * width)).gives(DType.F32, x.shape(), v.limit());
    }

    private static Operand heads(Growth g, Operand x, int heads, int width, int... order) {
        List<Extent> split = List.of(x.extent(0), x.extent(1), Extent.of(heads), Extent.of(width));
        Operand w = g.constant(DType.F32, 0.5, heads * width, heads * width);
        Operand projected = g.op("MatMul", x, w).gives(DType.F32, x.shape(), Math.min(100, limit(x, w, heads * width)));
        Operand parts = g.op("Reshape", projected, g.numbers(0, 0, heads, width)).gives(DType.F32, split,
                projected.limit());
        return g.op("Transpose", parts).set("perm", order)
                .gives(DType.F32, List.of(split.get(order[0]), split.get(order[1]), split.get(order[2]),
                        split.get(order[3])),
                        projected.limit());
    }
}
