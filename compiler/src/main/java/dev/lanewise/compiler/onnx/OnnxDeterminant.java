package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX's Det, of small matrices: {@code x[..., n, n]} expanded along the first row (Laplace). */
final class OnnxDeterminant {

    private static final int LARGEST = 4;

    private OnnxDeterminant() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Det", OnnxDeterminant::det);
    }

    private static void det(OnnxNode node) {
        Value x = node.in(0);
        int rank = x.rank();
        if (rank < 2 || !x.dim(rank - 1).equals(x.dim(rank - 2))) {
            throw node.misfit("the input is " + x.type() + "; expected [..., n, n]");
        }
        if (!x.dim(rank - 1).isConstant()) {
            throw node.unsupported("matrices of " + x.dim(rank - 1) + " rows; fix the number with --dim");
        }
        int n = Math.toIntExact(x.dim(rank - 1).constant());
        if (n < 1 || n > LARGEST) {
            throw node.unsupported("matrices of " + n + " rows; up to " + LARGEST + " are supported");
        }
        node.out(minor(new Formula(node), x, 0, Formula.axes(0, n)));
    }

    /** The determinant of the rows from {@code row} and of these columns. */
    private static Value minor(Formula f, Value x, int row, List<Integer> columns) {
        if (columns.size() == 1) {
            return element(f, x, row, columns.get(0));
        }
        Value sum = null;
        for (int i = 0; i < columns.size(); i++) {
            List<Integer> others = new ArrayList<>(columns);
            others.remove(i);
            Value term = f.times(element(f, x, row, columns.get(i)), minor(f, x, row + 1, others));
            sum = sum == null ? term : i % 2 == 0 ? f.plus(sum, term) : f.minus(sum, term);
        }
        return sum;
    }

    private static Value element(Formula f, Value x, int row, int column) {
        int rank = x.rank();
        Value line = f.node().add(Slice.along(rank - 2, Dim.of(row), Dim.ONE, x.shape()), x);
        Value one = f.node().add(Slice.along(rank - 1, Dim.of(column), Dim.ONE, line.shape()), line);
        return f.reshape(one, x.shape().subList(0, rank - 2));
    }
}
