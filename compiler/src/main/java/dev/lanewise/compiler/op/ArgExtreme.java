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
import java.util.List;

/**
 * The position of the largest or smallest element along an axis, as i64.
 *
 * @param keepDims whether the axis stays, of extent 1
 * @param largest the largest, or the smallest
 * @param last of equal elements the last, or the first
 */
public record ArgExtreme(int axis, boolean keepDims, boolean largest, boolean last) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        if (axis < 0 || axis >= in.rank(0) || in.dim(0, axis).is(0)) {
            throw in.fail("axis " + axis + " of " + in.type(0));
        }
        List<Dim> shape = new ArrayList<>(in.shape(0));
        shape.set(axis, Dim.ONE);
        if (!keepDims) {
            shape.remove(axis);
        }
        return List.of(new ValueType(DType.I64, shape));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int n = x.extent(axis);
        int inner = 1;
        for (int a = axis + 1; a < x.rank(); a++) {
            inner *= x.extent(a);
        }
        int[] shape = x.shape();
        shape[axis] = 1;
        long[] y = new long[Literal.size(shape)];
        for (int i = 0; i < y.length; i++) {
            int first = i / inner * n * inner + i % inner;
            int best = 0;
            for (int k = 1; k < n; k++) {
                double ahead = x.doubleAt(first + k * inner) - x.doubleAt(first + best * inner);
                if (largest ? ahead > 0 : ahead < 0) {
                    best = k;
                } else if (ahead == 0 && last) {
                    best = k;
                }
            }
            y[i] = best;
        }
        if (keepDims) {
            return List.of(Literal.of(y, shape));
        }
        int[] dropped = new int[shape.length - 1];
        System.arraycopy(shape, 0, dropped, 0, axis);
        System.arraycopy(shape, axis + 1, dropped, axis, dropped.length - axis);
        return List.of(Literal.of(y, dropped));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.ARG_EXTREME).ints(axis).flag(largest).flag(last);
    }

    /** Small integers, so that many are equal, along each axis. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int axis = 0; axis < 3; axis++) {
            for (boolean largest : new boolean[] {true, false}) {
                for (boolean last : new boolean[] {true, false}) {
                    cases.add(OpCase.of(
                            new ArgExtreme(axis, axis != 1, largest, last),
                            OpCase.in(ValueType.of(DType.I32, 3, 7, 18), 0, 4)));
                }
            }
            cases.add(OpCase.of(new ArgExtreme(axis, true, true, false), OpCase.in(3, 7, 18)));
        }
        for (DType type : new DType[] {DType.F64, DType.F16, DType.BF16, DType.I64, DType.I8, DType.U8}) {
            cases.add(OpCase.of(new ArgExtreme(1, false, true, false), OpCase.in(ValueType.of(type, 3, 19), 0, 9)));
        }
        return cases;
    }
}
