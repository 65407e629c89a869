package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.ArgExtreme;
import dev.lanewise.compiler.op.GatherNd;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/** Gauss's elimination of one row after another, the largest element of a column being the pivot. */
final class OnnxElimination {

    private OnnxElimination() {}

    /** The determinants of x [b, n, n]: the product of the pivots, its sign changed by each exchange of rows. */
    static Value determinants(Formula f, Value x) {
        Dim b = x.dim(0);
        Value product = f.number(1, x.type().type());
        Value rest = x;
        for (int n = (int) x.dim(1).constant(); n > 1; n--) {
            Value column = f.reshape(part(f, rest, 2, 0, 1), List.of(b, Dim.of(n)));
            Value largest = f.node().add(new ArgExtreme(1, false, true, false), f.apply(UnaryFn.ABS, column));
            Value at = f.reshape(largest, List.of(b, Dim.ONE));
            Value pivotRow = f.node().add(new GatherNd(1), rest, at); // [b, n]
            Value first = f.reshape(part(f, rest, 1, 0, 1), List.of(b, Dim.ONE, Dim.of(n)));
            // the first row goes to the pivot's place; where it is the pivot itself, no other row is that place
            Value isPivot = f.reshape(f.apply(BinaryFn.EQUAL, f.counting(Dim.of(n), 1, 2), at),
                    List.of(b, Dim.of(n), Dim.ONE));
            Value others = part(f, f.where(isPivot, first, rest), 1, 1, n - 1);
            Value pivot = f.reshape(part(f, pivotRow, 1, 0, 1), List.of(b));
            Value exchanged = f.apply(BinaryFn.GREATER, largest, 0);
            product = f.times(product, f.where(exchanged, f.apply(UnaryFn.NEG, pivot), pivot));
            // a column of zeros has the determinant 0 already
            Value divisor = f.where(f.apply(BinaryFn.EQUAL, pivot, 0), f.number(1, pivot.type().type()), pivot);
            Value factors = f.over(part(f, others, 2, 0, 1), f.reshape(divisor, List.of(b, Dim.ONE, Dim.ONE)));
            Value tail = f.reshape(part(f, pivotRow, 1, 1, n - 1), List.of(b, Dim.ONE, Dim.of(n - 1)));
            rest = f.minus(part(f, others, 2, 1, n - 1), f.times(factors, tail));
        }
        return f.times(product, f.reshape(rest, List.of(b)));
    }

    private static Value part(Formula f, Value x, int axis, int from, int length) {
        return f.node().add(Slice.along(axis, Dim.of(from), Dim.of(length), x.shape()), x);
    }
}
