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
import java.util.Arrays;
import java.util.List;

/**
 * The k largest or smallest elements along an axis, and their indices (i64). Of equal elements the one
 * with the smaller index comes first.
 *
 * @param sorted whether they come in order; otherwise they may too
 */
public record TopK(int axis, Dim k, boolean largest, boolean sorted) implements Op {

    @Override
    public List<Dim> extents() {
        return List.of(k);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        int at = in.axis(axis, in.rank(0));
        if (in.rank(0) == 0 || k.min() > in.dim(0, at).max()) {
            throw in.fail("the best " + k + " along axis " + axis + " of " + in.type(0));
        }
        List<Dim> shape = new ArrayList<>(in.shape(0));
        shape.set(at, k);
        return List.of(new ValueType(in.dtype(0), shape), new ValueType(DType.I64, shape));
    }

    @Override
    public boolean isPure() {
        return k.isConstant();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int[] shape = in.outputShape(0);
        int n = x.extent(axis);
        int best = shape[axis];
        int inner = GatherNd.width(x.shape(), axis + 1);
        long[] indices = new long[Literal.size(shape)];
        Integer[] order = new Integer[n];
        for (int line = 0; n > 0 && line < x.size() / n; line++) {
            int first = line / inner * n * inner + line % inner;
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> {
                int ascending = compare(x, first + a * inner, first + b * inner);
                return largest ? -ascending : ascending;
            });
            for (int i = 0; i < best; i++) {
                indices[line / inner * best * inner + line % inner + i * inner] = order[i];
            }
        }
        Literal chosen = Literal.of(indices, shape);
        return List.of(x.select(i -> GatherElements.address(x.shape(), chosen, i, axis), shape), chosen);
    }

    private static int compare(Literal x, int a, int b) {
        if (x.type().isFloating()) {
            double p = x.doubleAt(a);
            double q = x.doubleAt(b);
            return p == q ? 0 : Double.compare(p, q);
        }
        return x.type() == DType.U64
                ? Long.compareUnsigned(x.longAt(a), x.longAt(b))
                : Long.compare(x.longAt(a), x.longAt(b));
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.add(
                new ScatterElements(axis, ScatterReduction.ADD), g.zeros(g.in(0).type()), g.out(1), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.TOP_K).ints(axis, largest ? 1 : 0, sorted ? 1 : 0);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new TopK(1, Dim.of(3), true, true), OpCase.in(4, 17)),
                OpCase.of(new TopK(0, Dim.of(2), false, true), OpCase.in(5, 3)),
                OpCase.of(new TopK(1, Dim.of(2), true, true), OpCase.in(ValueType.of(DType.I64, 2, 6), 0, 3)));
    }
}
