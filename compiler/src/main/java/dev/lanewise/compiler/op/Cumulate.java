package dev.lanewise.compiler.op;

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
 * Running sums or products along an axis: {@code y[i] = x[0] + … + x[i]}.
 *
 * @param exclusive without {@code x[i]} itself
 * @param reverse from the end
 * @param products products, not sums
 */
public record Cumulate(int axis, boolean exclusive, boolean reverse, boolean products) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        if (axis < 0 || axis >= in.rank(0) || in.dtype(0) == DType.BOOL) {
            throw in.fail("axis " + axis + " of " + in.type(0));
        }
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int n = x.extent(axis);
        int inner = 1;
        for (int a = axis + 1; a < x.rank(); a++) {
            inner *= x.extent(a);
        }
        boolean floating = x.type().isFloating();
        double[] doubles = new double[floating ? x.size() : 0];
        long[] longs = new long[floating ? 0 : x.size()];
        for (int lane = 0; lane < (n == 0 ? 0 : x.size() / n); lane++) {
            int first = lane / inner * n * inner + lane % inner;
            double sum = products ? 1 : 0;
            long total = products ? 1 : 0;
            for (int k = 0; k < n; k++) {
                int at = first + (reverse ? n - 1 - k : k) * inner;
                double before = sum;
                long totalBefore = total;
                if (floating) {
                    sum = products ? sum * x.doubleAt(at) : sum + x.doubleAt(at);
                    doubles[at] = exclusive ? before : sum;
                } else {
                    total = products ? total * x.longAt(at) : total + x.longAt(at);
                    longs[at] = exclusive ? totalBefore : total;
                }
            }
        }
        return List.of(floating ? Literal.of(x.type(), doubles, x.shape()) : Literal.of(x.type(), longs, x.shape()));
    }

    @Override
    public void gradient(Gradient g) {
        if (products) {
            throw g.unsupported("for products");
        }
        g.give(0, g.add(new Cumulate(axis, exclusive, !reverse, false), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.CUMULATE).ints(axis).flag(exclusive).flag(reverse).flag(products);
    }

    /** Each axis, both ways, with and without the element itself; then the types. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int axis = 0; axis < 3; axis++) {
            for (int flags = 0; flags < 8; flags++) {
                cases.add(OpCase.of(
                        new Cumulate(axis, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0), OpCase.in(3, 5, 7)));
            }
        }
        for (DType type : new DType[] {DType.F64, DType.I32, DType.I64, DType.U32, DType.U64}) {
            cases.add(OpCase.of(
                    new Cumulate(0, false, false, false), OpCase.in(ValueType.of(type, 9, 2), 0, 9)));
            cases.add(OpCase.of(new Cumulate(1, true, true, true), OpCase.in(ValueType.of(type, 2, 5), 1, 4)));
        }
        return cases;
    }
}
