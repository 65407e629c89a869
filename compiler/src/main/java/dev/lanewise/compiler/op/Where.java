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
import java.util.ArrayList;
import java.util.List;

/** One of two operands, element by element: {@code y = condition ? a : b}, all three broadcast. */
public record Where() implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireType(0, DType.BOOL);
        in.requireSameType(1, 2);
        List<Dim> operands = in.broadcast(in.shape(1), in.shape(2));
        return List.of(new ValueType(in.dtype(1), in.broadcast(in.shape(0), operands)));
    }

    /** Shape arithmetic chooses between extents by conditions that extents settle. */
    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> condition = in.value(0).contents();
        List<Dim> a = in.value(1).contents();
        List<Dim> b = in.value(2).contents();
        if (condition == null || a == null || b == null) {
            return null;
        }
        int size = Math.max(condition.size(), Math.max(a.size(), b.size()));
        List<Dim> chosen = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Dim c = element(condition, i, size);
            Dim x = element(a, i, size);
            Dim y = element(b, i, size);
            if (c == null || x == null || y == null || !c.isConstant() && !x.equals(y)) {
                return null;
            }
            chosen.add(c.is(0) ? y : x);
        }
        return List.of(chosen);
    }

    private static Dim element(List<Dim> list, int i, int size) {
        return list.size() == size ? list.get(i) : list.size() == 1 ? list.get(0) : null;
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal condition = in.in(0);
        Literal a = in.in(1);
        Literal b = in.in(2);
        Broadcast shape = Broadcast.of(condition.shape(), a.shape(), b.shape());
        boolean floating = a.type().isFloating();
        double[] doubles = new double[floating ? shape.size() : 0];
        long[] longs = new long[floating ? 0 : shape.size()];
        for (int i = 0; i < shape.size(); i++) {
            boolean first = condition.longAt(shape.index(0, i)) != 0;
            Literal from = first ? a : b;
            int at = shape.index(first ? 1 : 2, i);
            if (floating) {
                doubles[i] = from.doubleAt(at);
            } else {
                longs[i] = from.longAt(at);
            }
        }
        return List.of(floating
                ? Literal.of(a.type(), doubles, shape.shape())
                : Literal.of(a.type(), longs, shape.shape()));
    }

    @Override
    public void gradient(Gradient g) {
        Value zero = g.number(0, g.of());
        if (g.needs(1)) {
            g.give(1, g.add(this, g.in(0), g.of(), zero));
        }
        if (g.needs(2)) {
            g.give(2, g.add(this, g.in(0), zero, g.of()));
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.WHERE);
    }

    /** Every type, then the ways to broadcast. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (DType type : DType.values()) {
            double low = type.isUnsigned() ? 0 : -3;
            double high = type == DType.BOOL ? 2 : 4;
            cases.add(OpCase.of(
                    new Where(), OpCase.in(ValueType.of(DType.BOOL, 2, 19), 0, 2),
                    OpCase.in(ValueType.of(type, 2, 19), low, high), OpCase.in(ValueType.of(type, 2, 19), low, high)));
        }
        long[][][] shapes = {
            {{3, 1, 5}, {4, 1}, {5}}, {{}, {3, 7}, {7}}, {{7}, {}, {}}, {{3, 7}, {3, 1}, {1, 7}}, {{0}, {1}, {1}},
        };
        for (long[][] s : shapes) {
            cases.add(OpCase.of(
                    new Where(), OpCase.in(ValueType.of(DType.BOOL, s[0]), 0, 2), OpCase.in(s[1]), OpCase.in(s[2])));
        }
        return cases;
    }
}
