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

/** An elementwise function of two operands of one type, broadcast against each other as numpy does. */
public record Binary(BinaryFn fn) implements Op {

    @Override
    public String name() {
        return fn.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireSameType(0, 1);
        boolean fits = switch (fn) {
            case AND, OR, XOR -> in.dtype(0) == DType.BOOL;
            case SHIFT_LEFT, SHIFT_RIGHT, BITWISE_AND, BITWISE_OR, BITWISE_XOR -> in.dtype(0).isInteger();
            case EQUAL -> true;
            default -> in.dtype(0) != DType.BOOL;
        };
        if (!fits) {
            throw in.fail("is not defined for " + in.type(0));
        }
        DType type = fn.isPredicate() ? DType.BOOL : in.dtype(0);
        return List.of(new ValueType(type, in.broadcast(in.shape(0), in.shape(1))));
    }

    /** Extents are added, multiplied and divided by ordinary nodes; so they stay extents. */
    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> a = in.value(0).contents();
        List<Dim> b = in.value(1).contents();
        if (a == null || b == null || a.isEmpty() || b.isEmpty()
                || a.size() != b.size() && a.size() != 1 && b.size() != 1) {
            return null;
        }
        boolean floating = in.dtype(0).isFloating();
        List<Dim> result = new ArrayList<>();
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            Dim value = apply(a.get(a.size() == 1 ? 0 : i), b.get(b.size() == 1 ? 0 : i), floating);
            if (value == null) {
                return null;
            }
            result.add(value);
        }
        if (floating && !Signature.areExact(result, in.dtype(0))) {
            return null;
        }
        List<List<Dim>> outputs = new ArrayList<>();
        outputs.add(result);
        return outputs;
    }

    private Dim apply(Dim a, Dim b, boolean floating) {
        return switch (fn) {
            case ADD -> a.plus(b);
            case SUB -> a.minus(b);
            case MUL -> a.times(b);
            case DIV -> a.min() < 0 || b.min() <= 0 ? null : floating ? a.exactQuotient(b) : a.floorDiv(b);
            case MIN -> a.min(b);
            case MAX -> a.max(b);
            case MOD -> b.min() > 0 && !floating ? a.mod(b) : null;
            case EQUAL -> a.equals(b) ? Dim.ONE : Signature.mayEqual(a, b) ? null : Dim.ZERO;
            case LESS -> a.max() < b.min() ? Dim.ONE : a.min() >= b.max() ? Dim.ZERO : null;
            case GREATER -> a.min() > b.max() ? Dim.ONE : a.max() <= b.min() ? Dim.ZERO : null;
            case LESS_OR_EQUAL -> a.max() <= b.min() ? Dim.ONE : a.min() > b.max() ? Dim.ZERO : null;
            case GREATER_OR_EQUAL -> a.min() >= b.max() ? Dim.ONE : a.max() < b.min() ? Dim.ZERO : null;
            default -> null;
        };
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal a = in.in(0);
        Literal b = in.in(1);
        Broadcast shape = Broadcast.of(a.shape(), b.shape());
        if (fn.isPredicate() || !a.type().isFloating()) {
            long[] y = new long[shape.size()];
            boolean floating = a.type().isFloating();
            for (int i = 0; i < y.length; i++) {
                int ai = shape.index(0, i);
                int bi = shape.index(1, i);
                y[i] = floating
                        ? Functions.predicate(fn, a.doubleAt(ai), b.doubleAt(bi)) ? 1 : 0
                        : Functions.binary(fn, a.longAt(ai), b.longAt(bi), a.type());
            }
            return List.of(Literal.of(fn.isPredicate() ? DType.BOOL : a.type(), y, shape.shape()));
        }
        double[] y = new double[shape.size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = Functions.binary(fn, a.doubleAt(shape.index(0, i)), b.doubleAt(shape.index(1, i)));
        }
        return List.of(Literal.of(a.type(), y, shape.shape()));
    }

    /** Of minimum and maximum, the one that was chosen; of two equal ones, each half, as PyTorch does. */
    @Override
    public void gradient(Gradient g) {
        Value a = g.in(0);
        Value b = g.in(1);
        if (g.needs(0)) {
            g.give(0, switch (fn) {
                case ADD, SUB -> g.of();
                case MUL -> g.times(g.of(), b);
                case DIV -> g.over(g.of(), b);
                case MIN -> g.times(g.of(), chosen(g, BinaryFn.LESS, a, b));
                case MAX -> g.times(g.of(), chosen(g, BinaryFn.GREATER, a, b));
                case POW -> g.times(
                        g.of(), g.times(b, g.add(new Binary(BinaryFn.POW), a, g.affine(1, b, -1))));
                case MOD, FMOD -> g.of();
                case PRELU -> g.add(new Where(), isNegative(g, a), g.times(g.of(), b), g.of());
                case GATE -> g.add(this, g.of(), b);
                default -> throw g.unsupported("of " + fn);
            });
        }
        if (g.needs(1)) {
            g.give(1, switch (fn) {
                case ADD -> g.of();
                case SUB -> g.apply(UnaryFn.NEG, g.of());
                case MUL -> g.times(g.of(), a);
                case DIV -> g.apply(UnaryFn.NEG, g.over(g.times(g.of(), g.out()), b));
                case MIN -> g.times(g.of(), chosen(g, BinaryFn.LESS, b, a));
                case MAX -> g.times(g.of(), chosen(g, BinaryFn.GREATER, b, a));
                case POW -> g.times(g.of(), g.times(g.out(), g.apply(UnaryFn.LOG, a)));
                case MOD -> quotient(g, UnaryFn.FLOOR, a, b);
                case FMOD -> truncated(g, a, b);
                case PRELU -> g.times(g.of(), g.add(new Binary(BinaryFn.MIN), a, g.number(0, a)));
                case GATE -> g.zeros(b.type());
                default -> throw g.unsupported("of " + fn);
            });
        }
    }

    /** 1 where the predicate holds, a half where both are equal. */
    private static Value chosen(Gradient g, BinaryFn predicate, Value a, Value b) {
        return g.plus(g.indicator(predicate, a, b), g.affine(0.5, g.indicator(BinaryFn.EQUAL, a, b), 0));
    }

    private static Value isNegative(Gradient g, Value x) {
        return g.add(new Binary(BinaryFn.LESS), x, g.number(0, x));
    }

    private static Value quotient(Gradient g, UnaryFn rounding, Value a, Value b) {
        return g.apply(UnaryFn.NEG, g.times(g.of(), g.apply(rounding, g.over(a, b))));
    }

    private static Value truncated(Gradient g, Value a, Value b) {
        Value towardsZero = g.add(
                new Where(), isNegative(g, g.over(a, b)), quotient(g, UnaryFn.CEIL, a, b),
                quotient(g, UnaryFn.FLOOR, a, b));
        return towardsZero;
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.BINARY).ints(fn.ordinal());
    }

    /** Every function on every type it has; then every way to broadcast. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (BinaryFn fn : BinaryFn.values()) {
            for (DType type : DType.values()) {
                if (isDefined(fn, type)) {
                    boolean positive = fn == BinaryFn.POW || type.isUnsigned();
                    double low = fn == BinaryFn.DIV || fn == BinaryFn.POW ? 1 : positive ? 0 : -5;
                    double lowRight = type == DType.BOOL ? 0 : positive ? 1 : low;
                    double high = type == DType.BOOL ? 2 : 6;
                    cases.add(OpCase.of(
                            new Binary(fn),
                            OpCase.in(ValueType.of(type, 2, 19), low, high),
                            OpCase.in(ValueType.of(type, 2, 19), lowRight, high)));
                }
            }
        }
        Binary sub = new Binary(BinaryFn.SUB);
        long[][][] shapes = {
            {{3, 5, 17}, {17}}, {{17}, {3, 5, 17}}, {{3, 5, 17}, {}}, {{}, {3, 5}}, {{3, 1, 17}, {5, 1}},
            {{4, 1}, {1, 18}}, {{3, 5, 1}, {3, 5, 33}}, {{2, 3, 1, 5}, {2, 1, 4, 5}}, {{0, 3}, {1, 3}},
            {{3, 5}, {1, 5}},
        };
        for (long[][] shape : shapes) {
            cases.add(OpCase.of(sub, OpCase.in(shape[0]), OpCase.in(shape[1])));
        }
        cases.add(OpCase.of(sub, OpCase.in(4, 9), OpCase.weights(9)));
        cases.add(OpCase.of(sub, OpCase.weights(4, 1), OpCase.in(9)));
        cases.add(OpCase.of(sub, OpCase.in(4, 9), OpCase.constant(Literal.splat(DType.F32, 0.5, 4, 9))));
        return cases;
    }

    private static boolean isDefined(BinaryFn fn, DType type) {
        return switch (fn) {
            case AND, OR, XOR -> type == DType.BOOL;
            case SHIFT_LEFT, SHIFT_RIGHT -> type.isInteger() && type.isUnsigned();
            case BITWISE_AND, BITWISE_OR, BITWISE_XOR -> type.isInteger();
            case EQUAL -> true;
            case PRELU -> type.isFloating() || !type.isUnsigned();
            default -> type != DType.BOOL;
        };
    }
}
