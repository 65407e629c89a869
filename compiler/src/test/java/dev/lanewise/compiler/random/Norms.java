package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.Arrays;

/** What brings values to one scale. */
final class Norms {

    private Norms() {}

    static void softmax(Growth g) {
        Operand x = g.floats(1, 4);
        int axis = g.random.nextInt(x.rank());
        String type = g.one("Softmax", "Softmax", "LogSoftmax", "Hardmax");
        g.op(type, x).set("axis", g.oneIn(2) ? axis - x.rank() : axis)
                .gives(DType.F32, x.shape(), type.equals("LogSoftmax") ? 2 * x.limit() + 10 : 1);
    }

    static void layer(Growth g) {
        Operand x = g.floats(1, 4);
        int axis = g.between(Math.max(0, x.rank() - 2), x.rank() - 1);
        if (g.opset < 17 || !x.shape().subList(axis, x.rank()).stream().allMatch(Extent::isFixed)) {
            return;
        }
        int[] shape = x.shape().subList(axis, x.rank()).stream().mapToInt(Extent::min).toArray();
        Operand scale = g.constant(DType.F32, 1.5, shape);
        Draft draft = g.oneIn(3)
                ? g.op("LayerNormalization", x, scale)
                : g.op("LayerNormalization", x, scale, g.constant(DType.F32, 1, shape));
        draft.set("axis", g.oneIn(2) ? axis - x.rank() : axis).set("epsilon", 1e-3f)
                .gives(DType.F32, x.shape(), 1.5 * Math.sqrt(Literal.size(shape)) + 1);
    }

    static void batch(Growth g) {
        Operand x = g.floats(2, 4);
        if (!x.extent(1).isFixed()) {
            return;
        }
        int n = x.extent(1).min();
        double[] variance = new double[n];
        Arrays.setAll(variance, i -> 0.2 + g.random.nextDouble());
        g.op("BatchNormalization", x, g.constant(DType.F32, 1, n), g.constant(DType.F32, 1, n),
                        g.constant(DType.F32, 1, n), g.constant(Literal.of(DType.F32, variance, n), 1.2))
                .gives(DType.F32, x.shape(), 3 * x.limit() + 3);
    }

    static void instance(Growth g) {
        Operand x = g.floats(3, 4);
        boolean single = x.shape().subList(2, x.rank()).stream().reduce(Extent.of(1), Extent::times).min() == 1;
        if (!x.extent(1).isFixed() || single) { // one element less its mean is what rounding leaves, times 1 / √epsilon
            return;
        }
        int n = x.extent(1).min();
        if (g.opset >= 21 && g.oneIn(2)) {
            g.op("GroupNormalization", x, g.constant(DType.F32, 1, n), g.constant(DType.F32, 1, n))
                    .set("num_groups", n % 2 == 0 ? 2 : 1).set("epsilon", 1e-2f).gives(DType.F32, x.shape(), 20);
        } else {
            g.op("InstanceNormalization", x, g.constant(DType.F32, 1, n), g.constant(DType.F32, 1, n))
                    .set("epsilon", 1e-2f).gives(DType.F32, x.shape(), 20);
        }
    }

    static void length(Growth g) {
        Operand x = g.floats(1, 3);
        g.op("LpNormalization", x).set("axis", g.random.nextInt(x.rank())).set("p", g.between(1, 2))
                .gives(DType.F32, x.shape(), 1);
    }
}
