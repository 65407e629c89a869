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
import dev.lanewise.runtime.kernel.BinaryFn;
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
        List<Dim> result = new ArrayList<>();
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            Dim value = apply(a.get(a.size() == 1 ? 0 : i), b.get(b.size() == 1 ? 0 : i));
            if (value == null) {
                return null;
            }
            result.add(value);
        }
        List<List<Dim>> outputs = new ArrayList<>();
        outputs.add(result);
        return outputs;
    }

    private Dim apply(Dim a, Dim b) {
        return switch (fn) {
            case ADD -> a.plus(b);
            case SUB -> a.minus(b);
            case MUL -> a.times(b);
            case DIV -> a.min() >= 0 && b.min() > 0 ? a.floorDiv(b) : null;
            case MIN -> a.min(b);
            case MAX -> a.max(b);
            case MOD -> b.min() > 0 ? a.mod(b) : null;
            case EQUAL -> a.equals(b) ? Dim.ONE : Signature.mayEqual(a, b) ? null : Dim.ZERO;
            case LESS -> a.max() < b.min() ? Dim.ONE : a.min() >= b.max() ? Dim.ZERO : null;
            case GREATER -> a.min() > b.max() ? Dim.ONE : a.max() <= b.min() ? Dim.ZERO : null;
            case LESS_OR_EQUAL -> a.max() <= b.min() ? Dim.ONE : a.min() > b.max() ? Dim.ZERO : null;
            case GREATER_OR_EQUAL -> a.min() >= b.max() ? Dim.ONE : a.max() < b.min() ? Dim.ZERO : null;
            default -> null;
        };
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

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.BINARY).ints(fn.ordinal());
    }
}
