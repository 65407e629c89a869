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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y[i] = start + i · delta} up to, and without, limit. Inputs: start, limit, delta, of one type and
 * one element each.
 *
 * @param count elements of y: an expression where it follows from extents, else learnt
 */
public record Range(Dim count) implements Op {

    /** Contents longer than this are not followed. */
    private static final long LONGEST = 64;

    @Override
    public List<Dim> extents() {
        return List.of(count);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireSameType(0, 1);
        in.requireSameType(0, 2);
        for (int i = 0; i < 3; i++) {
            in.requireEqual(in.type(i).size(), Dim.ONE, "the size of input " + i);
        }
        return List.of(new ValueType(in.dtype(0), List.of(count)));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> start = in.value(0).contents();
        List<Dim> delta = in.value(2).contents();
        if (start == null || delta == null || !count.isConstant() || count.constant() > LONGEST) {
            return null;
        }
        List<Dim> values = new ArrayList<>();
        for (int i = 0; i < count.constant(); i++) {
            values.add(start.get(0).plus(delta.get(0).times(i)));
        }
        return List.of(values);
    }

    /** {@code max(0, ceil((limit − start) / delta))}, in 64-bit integers or doubles. */
    public static long count(Literal start, Literal limit, Literal delta) {
        if (start.type().isFloating()) {
            double count = Math.ceil((limit.doubleAt(0) - start.doubleAt(0)) / delta.doubleAt(0));
            return count > 0 ? (long) count : 0;
        }
        long step = delta.longAt(0);
        long distance = Math.subtractExact(limit.longAt(0), start.longAt(0));
        return step == 0 ? 0 : Math.max(0, -Math.floorDiv(-distance, step));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal start = in.in(0);
        Literal delta = in.in(2);
        int n = Math.toIntExact(count(start, in.in(1), delta));
        if (start.type().isFloating()) {
            double[] y = new double[n];
            Arrays.setAll(y, i -> start.doubleAt(0) + i * delta.doubleAt(0));
            return List.of(Literal.of(start.type(), y, n));
        }
        long[] y = new long[n];
        Arrays.setAll(y, i -> start.longAt(0) + i * delta.longAt(0));
        return List.of(Literal.of(start.type(), y, n));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.RANGE);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Range(Dim.of(7)), one(1), one(15), one(2)),
                OpCase.of(new Range(Dim.of(3)), one(9), one(3), one(-2)));
    }

    private static OpCase.Input one(long value) {
        return OpCase.in(ValueType.of(DType.I64), value, value + 1);
    }
}
