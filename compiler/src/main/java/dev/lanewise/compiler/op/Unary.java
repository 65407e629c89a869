package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
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
