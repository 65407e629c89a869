package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Another element type. Floating point becomes an integer towards zero; a value that the integer type
 * does not have becomes the nearest it has where {@code saturate}, else its low bits.
 */
public record Cast(DType to, boolean saturate) implements Op {

    /** As ONNX's Cast. */
    public static Cast to(DType type) {
        return new Cast(type, false);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        return List.of(new ValueType(to, in.shape(0)));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> x = in.value(0).contents();
        if (x == null) {
            return null;
        }
        if (to.isFloating()) {
            return Signature.areExact(x, to) ? List.of(x) : null;
        }
        if (to == DType.BOOL && in.dtype(0) != DType.BOOL) {
            boolean known = x.stream().allMatch(dim -> dim.isConstant() || dim.min() > 0);
            return known ? List.of(x.stream().map(dim -> dim.is(0) ? Dim.ZERO : Dim.ONE).toList()) : null;
        }
        boolean fits = x.stream().allMatch(dim -> dim.min() >= least(to) && dim.max() <= most(to));
        return fits ? List.of(x) : null;
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        if (x.isSplat() && x.size() > 0) {
            return List.of(convert(x.select(i -> 0)).spread(x.shape()));
        }
        return List.of(convert(x));
    }

    private Literal convert(Literal x) {
        if (to.isFloating() || to == DType.BOOL) {
            return Literal.of(to, x.toDoubles(), x.shape());
        }
        boolean integers = !x.type().isFloating();
        if (!saturate) {
            return integers ? Literal.of(to, x.toLongs(), x.shape()) : Literal.of(to, x.toDoubles(), x.shape());
        }
        long[] y = integers ? x.toLongs() : new long[x.size()];
        for (int i = 0; i < y.length; i++) {
            long value = integers ? y[i] : (long) x.doubleAt(i);
            y[i] = Math.max(least(to), Math.min(most(to), value));
        }
        return Literal.of(to, y, x.shape());
    }

    /** The smallest value of an integer type. */
    public static long least(DType type) {
        return type.isUnsigned() ? 0 : -1L << type.bits() - 1;
    }

    /** The largest value of an integer type (of u64, the largest that a long holds). */
    static long most(DType type) {
        return type.bits() == 64 ? Long.MAX_VALUE : (1L << type.bits() - (type.isUnsigned() ? 0 : 1)) - 1;
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.add(to(g.in(0).type().type()), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        if (lowering.inputValue(0).type().type() == to) {
            lowering.view(lowering.in(0), lowering.out(0));
        } else {
            lowering.step(StepKind.CAST).flag(saturate);
        }
    }

    /** Every pair of types within the range of both, then what lies outside. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                double low = from.isUnsigned() || to.isUnsigned() ? 0 : -9;
                double high = from == DType.BOOL ? 2 : 9;
                cases.add(OpCase.of(to(to), OpCase.in(ValueType.of(from, 2, 19), low, high)));
            }
        }
        for (DType to : new DType[] {DType.I4, DType.U4, DType.I8, DType.U8, DType.I16, DType.U16}) {
            for (DType from : new DType[] {DType.F32, DType.F64, DType.I32, DType.I64}) {
                cases.add(OpCase.of(new Cast(to, true), OpCase.in(ValueType.of(from, 37), -90_000, 90_000)));
                cases.add(OpCase.of(new Cast(to, false), OpCase.in(ValueType.of(from, 37), -90_000, 90_000)));
            }
        }
        return cases;
    }
}
