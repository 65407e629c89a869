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
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * An elementwise function: {@code y[...] = fn(x[...])}, of x's type.
 *
 * @param alpha parameter of {@code fn}, see {@link UnaryFn}
 * @param beta parameter of {@code fn}
 */
public record Unary(UnaryFn fn, float alpha, float beta) implements Op {

    public static Unary of(UnaryFn fn) {
        return new Unary(fn, 0f, 0f);
    }

    @Override
    public String name() {
        return fn.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        DType type = in.dtype(0);
        boolean fits = switch (fn) {
            case NOT -> type == DType.BOOL;
            case BITWISE_NOT -> type.isInteger();
            case ABS, NEG, SQUARE, SIGN, RELU, FLOOR, CEIL, ROUND -> type != DType.BOOL;
            default -> type.isFloating();
        };
        if (!fits) {
            throw in.fail("is not defined for " + in.type(0));
        }
        return List.of(in.type(0));
    }

    /** Extents are negated on their way into slices, and rounded on their way into sizes. */
    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> x = in.value(0).contents();
        return x == null ? null : switch (fn) {
            case NEG -> List.of(x.stream().map(dim -> dim.times(-1)).toList());
            case FLOOR, CEIL, ROUND -> List.of(x);
            default -> null;
        };
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        if (x.type().isFloating()) {
            double[] y = x.toDoubles();
            for (int i = 0; i < y.length; i++) {
                y[i] = Functions.unary(fn, alpha, beta, y[i]);
            }
            return List.of(Literal.of(x.type(), y, x.shape()));
        }
        long[] y = x.toLongs();
        for (int i = 0; i < y.length; i++) {
            y[i] = Functions.unary(fn, alpha, beta, y[i], x.type());
        }
        return List.of(Literal.of(x.type(), y, x.shape()));
    }

    @Override
    public void gradient(Gradient g) {
        Value x = g.in(0);
        Value y = g.out();
        Value slope = switch (fn) {
            case FLOOR, CEIL, ROUND, SIGN, NOT, BITWISE_NOT -> g.number(0, x);
            case ABS -> g.apply(UnaryFn.SIGN, x);
            case NEG -> g.number(-1, x);
            case SQRT -> g.over(g.number(0.5, x), y);
            case RECIPROCAL -> g.apply(UnaryFn.NEG, g.apply(UnaryFn.SQUARE, y));
            case SQUARE -> g.affine(2, x, 0);
            case AFFINE -> g.number(alpha, x);
            case EXP -> y;
            case LOG -> g.apply(UnaryFn.RECIPROCAL, x);
            case SIN -> g.apply(UnaryFn.COS, x);
            case COS -> g.apply(UnaryFn.NEG, g.apply(UnaryFn.SIN, x));
            case TAN -> g.affine(1, g.apply(UnaryFn.SQUARE, y), 1);
            case ASIN -> inverseRoot(g, g.affine(-1, g.apply(UnaryFn.SQUARE, x), 1));
            case ACOS -> g.apply(UnaryFn.NEG, inverseRoot(g, g.affine(-1, g.apply(UnaryFn.SQUARE, x), 1)));
            case ATAN -> g.apply(UnaryFn.RECIPROCAL, g.affine(1, g.apply(UnaryFn.SQUARE, x), 1));
            case SINH -> g.apply(UnaryFn.COSH, x);
            case COSH -> g.apply(UnaryFn.SINH, x);
            case TANH -> g.affine(-1, g.apply(UnaryFn.SQUARE, y), 1);
            case ASINH -> inverseRoot(g, g.affine(1, g.apply(UnaryFn.SQUARE, x), 1));
            case ACOSH -> inverseRoot(g, g.affine(1, g.apply(UnaryFn.SQUARE, x), -1));
            case ATANH -> g.apply(UnaryFn.RECIPROCAL, g.affine(-1, g.apply(UnaryFn.SQUARE, x), 1));
            case SIGMOID -> sigmoidSlope(g, y);
            case ERF -> g.affine(2 / Math.sqrt(Math.PI), negativeSquareExp(g, x, 1), 0);
            case RELU -> null;
            case LEAKY_RELU -> g.affine(1 - alpha, g.indicator(BinaryFn.GREATER_OR_EQUAL, x, g.number(0, x)), alpha);
            case CLIP -> g.times(
                    g.indicator(BinaryFn.GREATER_OR_EQUAL, x, g.number(alpha, x)),
                    g.indicator(BinaryFn.LESS_OR_EQUAL, x, g.number(beta, x)));
            case ELU -> choose(g, x, g.number(1, x), g.affine(1, y, alpha));
            case SELU -> choose(g, x, g.number(beta, x), g.affine(1, y, alpha * beta));
            case CELU -> choose(g, x, g.number(1, x), g.affine(1.0 / alpha, y, 1));
            case SOFTPLUS -> g.apply(UnaryFn.SIGMOID, x);
            case SOFTSIGN -> g.apply(
                    UnaryFn.RECIPROCAL, g.apply(UnaryFn.SQUARE, g.affine(1, g.apply(UnaryFn.ABS, x), 1)));
            case HARD_SIGMOID -> g.affine(alpha, inside(g, y, 0, 1), 0);
            case HARD_SWISH -> hardSwishSlope(g, x);
            case GELU -> g.plus(
                    g.affine(0.5, g.apply(UnaryFn.ERF, g.affine(Math.sqrt(0.5), x, 0)), 0.5),
                    g.times(x, g.affine(1 / Math.sqrt(2 * Math.PI), negativeSquareExp(g, x, 0.5), 0)));
            case GELU_TANH -> geluTanhSlope(g, x);
            case SWISH -> swishSlope(g, x, y);
            case MISH -> mishSlope(g, x);
            case THRESHOLDED_RELU -> above(g, x, alpha);
            case SHRINK -> g.indicator(BinaryFn.GREATER, g.apply(UnaryFn.ABS, x), g.number(alpha, x));
            case SCALED_TANH -> g.affine(-beta / alpha, g.apply(UnaryFn.SQUARE, y), alpha * beta);
        };
        // by y, so that x need not be kept
        g.give(0, slope == null ? g.add(new Binary(BinaryFn.GATE), g.of(), y) : g.times(g.of(), slope));
    }

    private static Value inverseRoot(Gradient g, Value x) {
        return g.apply(UnaryFn.RECIPROCAL, g.apply(UnaryFn.SQRT, x));
    }

    /** {@code y · (1 − y)} */
    private static Value sigmoidSlope(Gradient g, Value y) {
        return g.times(y, g.affine(-1, y, 1));
    }

    /** {@code e^(−scale · x²)} */
    private static Value negativeSquareExp(Gradient g, Value x, double scale) {
        return g.apply(UnaryFn.EXP, g.affine(-scale, g.apply(UnaryFn.SQUARE, x), 0));
    }

    private static Value above(Gradient g, Value x, double bound) {
        return g.indicator(BinaryFn.GREATER, x, g.number(bound, x));
    }

    private static Value inside(Gradient g, Value x, double low, double high) {
        return g.times(above(g, x, low), g.indicator(BinaryFn.LESS, x, g.number(high, x)));
    }

    /** {@code x > 0 ? a : b} */
    private static Value choose(Gradient g, Value x, Value a, Value b) {
        return g.add(new Where(), g.add(new Binary(BinaryFn.GREATER), x, g.number(0, x)), a, b);
    }

    /** 0 below −3, 1 above 3, {@code x / 3 + 0.5} in between. */
    private static Value hardSwishSlope(Gradient g, Value x) {
        return g.plus(
                g.times(inside(g, x, -3, 3), g.affine(1.0 / 3, x, 0.5)),
                g.indicator(BinaryFn.GREATER_OR_EQUAL, x, g.number(3, x)));
    }

    private static Value geluTanhSlope(Gradient g, Value x) {
        double c = Math.sqrt(2 / Math.PI);
        Value square = g.apply(UnaryFn.SQUARE, x);
        Value tanh = g.apply(UnaryFn.TANH, g.times(x, g.affine(0.044715 * c, square, c)));
        Value inner = g.affine(3 * 0.044715 * c, square, c);
        Value bend = g.times(x, g.times(g.affine(-0.5, g.apply(UnaryFn.SQUARE, tanh), 0.5), inner));
        return g.plus(g.affine(0.5, tanh, 0.5), bend);
    }

    /** {@code σ + a · y · (1 − σ)} with {@code σ = sigmoid(a · x)} */
    private Value swishSlope(Gradient g, Value x, Value y) {
        Value sigmoid = g.apply(UnaryFn.SIGMOID, g.affine(alpha, x, 0));
        return g.plus(sigmoid, g.times(g.affine(alpha, y, 0), g.affine(-1, sigmoid, 1)));
    }

    /** {@code t + x · (1 − t²) · σ} with {@code t = tanh(softplus(x))} */
    private static Value mishSlope(Gradient g, Value x) {
        Value t = g.apply(UnaryFn.TANH, g.apply(UnaryFn.SOFTPLUS, x));
        Value bend = g.times(g.affine(-1, g.apply(UnaryFn.SQUARE, t), 1), g.apply(UnaryFn.SIGMOID, x));
        return g.plus(t, g.times(x, bend));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.UNARY).ints(fn.ordinal()).floats(alpha, beta);
    }

    /** Every function on f32, at a length with a tail; then the other types; then empty and scalar. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (UnaryFn fn : UnaryFn.values()) {
            switch (fn) {
                case NOT -> cases.add(OpCase.of(of(fn), OpCase.in(ValueType.of(DType.BOOL, 5, 7), 0, 2)));
                case BITWISE_NOT -> integers(cases, fn);
                case ABS, NEG, SIGN, SQUARE -> {
                    floats(cases, fn);
                    integers(cases, fn);
                }
                default -> floats(cases, fn);
            }
        }
        cases.add(OpCase.of(of(UnaryFn.EXP), OpCase.in()));
        cases.add(OpCase.of(of(UnaryFn.EXP), OpCase.in(3, 0)));
        return cases;
    }

    private static void floats(List<OpCase> cases, UnaryFn fn) {
        float alpha = fn == UnaryFn.CLIP ? -0.5f : 0.75f;
        Unary op = new Unary(fn, alpha, 0.6f);
        double low = switch (fn) {
            case SQRT, LOG -> 0.01;
            case ACOSH -> 1;
            case RECIPROCAL -> 0.25;
            case ASIN, ACOS, ATANH -> -0.98;
            default -> -4;
        };
        double high = low == -0.98 ? 0.98 : 4;
        for (DType type : new DType[] {DType.F32, DType.F64, DType.F16, DType.BF16}) {
            cases.add(OpCase.of(op, OpCase.in(ValueType.of(type, 3, 37), low, high)));
        }
    }

    private static void integers(List<OpCase> cases, UnaryFn fn) {
        for (DType type : DType.values()) {
            if (type.isInteger() && !(fn == UnaryFn.NEG && type.isUnsigned())) {
                cases.add(OpCase.of(of(fn), OpCase.in(ValueType.of(type, 3, 7), type.isUnsigned() ? 0 : -11, 12)));
            }
        }
    }
}
