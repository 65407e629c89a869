package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/** Functions of elements, with broadcasting. */
final class Elementwise {

    private static final List<String> BOUNDED = List.of("Sigmoid", "Tanh", "Erf", "Sin", "Cos", "Softsign",
            "HardSigmoid");
    private static final List<String> LINEAR = List.of(
            "Relu", "Abs", "Neg", "Floor", "Ceil", "Round", "Softplus", "Elu", "Selu", "LeakyRelu", "HardSwish", "Celu",
            "ThresholdedRelu", "Identity");
    private static final List<String> LATER = List.of("Gelu", "Mish");
    private static final List<String> COMPARISONS = List.of("Equal", "Less", "Greater", "LessOrEqual",
            "GreaterOrEqual");

    private Elementwise() {}

    static void unary(Growth g) {
        unary(g, g.floatsEvenEmpty(0, 5));
    }

    static Operand unary(Growth g, Operand x) {
        switch (g.random.nextInt(10)) {
            case 0, 1, 2, 3 -> {
                return g.op(g.one(BOUNDED.toArray(new String[0])), x).gives(DType.F32, x.shape(), 1);
            }
            case 4 -> {
                Operand positive = positive(g, x);
                return g.oneIn(2)
                        ? g.op("Log", positive).gives(DType.F32, x.shape(), 1 + Math.log(1 + x.limit()))
                        : g.op(g.one("Sqrt", "Reciprocal"), positive).gives(DType.F32, x.shape(),
                                2 + Math.sqrt(x.limit()));
            }
            case 5 -> {
                if (x.limit() <= 6) {
                    return g.op("Exp", x).gives(DType.F32, x.shape(), Math.exp(x.limit()));
                }
                return g.op("Sign", x).gives(DType.F32, x.shape(), 1);
            }
            case 6 -> {
                Operand low = g.oneIn(4) ? null : g.scalar(-g.random.nextFloat());
                Operand high = g.oneIn(4) ? null : g.scalar(g.random.nextFloat() * 3);
                return g.op("Clip", x, low, high).gives(DType.F32, x.shape(), x.limit() + 3);
            }
            default -> {
                String type = g.opset >= 20 && g.oneIn(5)
                        ? g.one(LATER.toArray(new String[0]))
                        : g.one(LINEAR.toArray(new String[0]));
                if (type.equals("HardSwish") && g.opset < 14) {
                    type = "Relu";
                }
                Draft draft = g.op(type, x);
                if (type.equals("Elu") || type.equals("LeakyRelu") || type.equals("ThresholdedRelu")) {
                    draft.set("alpha", 0.05f + g.random.nextFloat());
                }
                return draft.gives(DType.F32, x.shape(), 2 * x.limit() + 1);
            }
        }
    }

    private static Operand positive(Growth g, Operand x) {
        Operand absolute = g.op("Abs", x).gives(DType.F32, x.shape(), x.limit());
        return g.op("Add", absolute, g.scalar(0.5f)).gives(DType.F32, x.shape(), x.limit() + 0.5);
    }

    static void binary(Growth g) {
        Operand x = g.floatsEvenEmpty(0, 5);
        Operand y = partner(g, x);
        List<Extent> shape = broadcast(x.shape(), y.shape());
        boolean turned = g.oneIn(3);
        Operand a = turned ? y : x;
        Operand b = turned ? x : y;
        double sum = x.limit() + y.limit();
        switch (g.random.nextInt(12)) {
            case 0, 1, 2 -> g.op("Add", a, b).gives(DType.F32, shape, sum);
            case 3, 4 -> g.op("Sub", a, b).gives(DType.F32, shape, sum);
            case 5, 6, 7 -> g.op("Mul", a, b).gives(DType.F32, shape, x.limit() * y.limit());
            case 8 -> g.op("Div", a, positive(g, b)).gives(DType.F32, shape, 2 * sum);
            case 9 -> g.op(g.one("Min", "Max"), a, b).gives(DType.F32, shape, sum);
            case 10 -> {
                Operand truth = g.op(g.one(COMPARISONS.toArray(new String[0])), a, b).gives(DType.BOOL, shape, 1);
                if (g.oneIn(2)) {
                    g.op("Not", truth).gives(DType.BOOL, shape, 1);
                }
            }
            default -> {
                float exponent = g.one(2f, 3f, 0.5f, 1.5f);
                g.op("Pow", positive(g, x), g.scalar(exponent))
                        .gives(DType.F32, x.shape(), Math.pow(x.limit() + 0.5, exponent));
            }
        }
    }

    /** Something that broadcasts with {@code x}: a value, a constant, an input. */
    static Operand partner(Growth g, Operand x) {
        Operand value = g.pickEvenEmpty(
                other -> other.type() == x.type() && other != x && g.fits(broadcastOrHuge(x, other)));
        if (value != null && !g.oneIn(3)) {
            return value;
        }
        List<Extent> shape = new ArrayList<>();
        int rank = g.oneIn(5) ? x.rank() : g.random.nextInt(x.rank() + 1);
        for (int axis = x.rank() - rank; axis < x.rank(); axis++) {
            shape.add(g.oneIn(3) ? Extent.of(1) : x.extent(axis));
        }
        if (g.oneIn(8) && g.fits(x.shape()) && x.rank() < 4 && x.size() < 300) {
            shape.add(0, Extent.of(g.between(1, 3)));
            while (shape.size() <= x.rank()) {
                shape.add(1, Extent.of(1));
            }
        }
        boolean fixed = shape.stream().allMatch(Extent::isFixed);
        return fixed && !g.oneIn(5)
                ? g.constant(x.type(), x.isFloat() ? 1.5 : 9, shape.stream().mapToInt(Extent::min).toArray())
                : g.input(x.type(), shape);
    }

    private static List<Extent> broadcastOrHuge(Operand x, Operand y) {
        List<Extent> shape = broadcast(x.shape(), y.shape());
        return shape != null ? shape : Extent.shape(Integer.MAX_VALUE);
    }

    /** The shape of what two give together; {@code null} where they do not fit. */
    static List<Extent> broadcast(List<Extent> a, List<Extent> b) {
        List<Extent> shape = new ArrayList<>();
        int rank = Math.max(a.size(), b.size());
        for (int i = 0; i < rank; i++) {
            int at = i - rank + a.size();
            int bt = i - rank + b.size();
            Extent x = at < 0 ? Extent.of(1) : a.get(at);
            Extent y = bt < 0 ? Extent.of(1) : b.get(bt);
            if (!x.equals(y) && !x.is(1) && !y.is(1)) {
                return null;
            }
            shape.add(x.is(1) ? y : x);
        }
        return shape;
    }

    static void integers(Growth g) {
        Operand x = g.pick(Operand::isInteger);
        if (x == null) {
            return;
        }
        Operand y = partner(g, x);
        List<Extent> shape = broadcast(x.shape(), y.shape());
        switch (g.random.nextInt(5)) {
            case 0, 1 -> g.op(g.one("Add", "Sub"), x, y).gives(x.type(), shape, x.limit() + y.limit());
            case 2 -> g.op("Mul", x, y).gives(x.type(), shape, x.limit() * y.limit());
            case 3 -> g.op(g.one(COMPARISONS.toArray(new String[0])), x, y).gives(DType.BOOL, shape, 1);
            default -> {
                int divisor = g.one(2, 3, 7, -3);
                Operand by = g.constant(Literal.of(x.type(), new long[] {divisor}), Math.abs(divisor));
                g.op(g.one("Div", "Mod"), x, by).gives(x.type(), x.shape(), x.limit());
            }
        }
    }

    static void select(Growth g) {
        Operand x = g.floats(0, 4);
        Operand condition = g.pick(value -> value.type() == DType.BOOL && g.fits(broadcastOrHuge(x, value)));
        if (condition == null) {
            condition = g.op(g.one("Less", "Greater"), x, g.scalar(g.random.nextFloat() - 0.5f))
                    .gives(DType.BOOL, x.shape(), 1);
        } else if (g.oneIn(3)) {
            Operand other = condition;
            Operand second = g.pickEvenEmpty(value -> value.type() == DType.BOOL
                    && value.shape().equals(other.shape()));
            condition = g.op(g.one("And", "Or", "Xor"), condition, second).gives(DType.BOOL, condition.shape(), 1);
        }
        List<Extent> shape = broadcast(x.shape(), condition.shape());
        Operand other = g.oneIn(2) ? g.scalar(g.random.nextFloat()) : x;
        if (other == x) {
            other = partner(g, x);
            shape = broadcast(shape, other.shape());
        }
        if (shape != null && g.fits(shape)) {
            g.op("Where", condition, x, other).gives(DType.F32, shape, x.limit() + other.limit());
        }
    }

    /** Sums, means and extremes of several. */
    static void extremes(Growth g) {
        Operand x = g.floats(0, 4);
        Operand y = g.pickEvenEmpty(value -> value.isFloat() && value.shape().equals(x.shape()));
        Operand z = partner(g, x);
        g.op(g.one("Sum", "Mean", "Max", "Min"), x, y, z)
                .gives(DType.F32, broadcast(x.shape(), z.shape()), x.limit() + y.limit() + z.limit());
    }

    static void cast(Growth g) {
        Operand x = g.pickEvenEmpty(value -> value.isFloat() || value.isInteger() || value.type() == DType.BOOL
                || value.type() == DType.F64);
        if (x == null) {
            return;
        }
        // no float is asked whether it is 0: that hangs on what is too small for a float
        DType to = x.isFloat() ? g.one(DType.I64, DType.I32, DType.F64, DType.F16)
                : g.one(DType.F32, DType.F32, DType.I64, DType.I32, DType.BOOL);
        Operand cast = g.op("Cast", x).set("to", dev.lanewise.compiler.onnx.SmallModel.elementType(to))
                .gives(to, x.shape(), to == DType.BOOL ? 1 : x.limit());
        if (to == DType.F16) { // half floats go on as floats
            g.op("Cast", cast).set("to", 1).gives(DType.F32, x.shape(), x.limit());
        } else if (to == DType.F64) {
            Operand changed = g.op(g.one("Neg", "Abs", "Relu", "Identity"), cast).gives(to, x.shape(), x.limit());
            if (g.oneIn(2)) {
                g.op("Mul", cast, changed).gives(to, x.shape(), x.limit() * x.limit());
            }
        }
    }
}
