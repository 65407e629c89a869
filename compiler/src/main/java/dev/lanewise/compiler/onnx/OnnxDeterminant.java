package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ONNX's Det of {@code x[..., n, n]}, small matrices expanded along the first row (Laplace), and
 * com.microsoft's Inverse: minors with their signs, transposed, over the determinant (Cramer).
 */
final class OnnxDeterminant {

    /** Up to here expansions have fewer operations than elimination. */
    private static final int SMALL = 4;

    /** Elimination takes a few nodes of the graph for every row. */
    private static final int LARGEST = 64;

    private OnnxDeterminant() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Det", OnnxDeterminant::det);
        ops.put("com.microsoft:Inverse", OnnxDeterminant::inverse);
    }

    private static void det(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        int n = size(node, LARGEST);
        List<Integer> all = Formula.axes(0, n);
        if (n <= SMALL) {
            node.out(minor(f, x, all, all));
            return;
        }
        List<Dim> batch = x.shape().subList(0, x.rank() - 2);
        Value matrices = f.reshape(f.wide(x), List.of(ValueType.product(batch), Dim.of(n), Dim.of(n)));
        node.out(f.cast(f.reshape(OnnxElimination.determinants(f, matrices), batch), x.type().type()));
    }

    private static void inverse(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = f.wide(node.in(0));
        int n = size(node, SMALL);
        List<Integer> all = Formula.axes(0, n);
        List<Dim> one = new ArrayList<>(x.shape().subList(0, x.rank() - 2));
        one.add(Dim.ONE);
        Value determinant = f.reshape(minor(f, x, all, all), one);
        Value[] elements = new Value[n * n];
        for (int i = 0; i < n * n; i++) {
            int row = i / n;
            int column = i % n;
            Value minor = n == 1
                    ? f.node().constant(Literal.splat(x.type().type(), 1))
                    : f.reshape(minor(f, x, without(all, column), without(all, row)), one);
            Value quotient = f.over(minor, determinant);
            elements[i] = (row + column) % 2 == 0 ? quotient : f.apply(UnaryFn.NEG, quotient);
        }
        Value y = n == 1 ? elements[0] : node.add(new Concat(x.rank() - 2), elements);
        node.out(f.cast(f.reshape(y, x.shape()), node.in(0).type().type()));
    }

    private static List<Integer> without(List<Integer> all, int one) {
        return all.stream().filter(i -> i != one).toList();
    }

    /** Rows of the matrices. */
    private static int size(OnnxNode node, int largest) {
        Value x = node.in(0);
        int rank = x.rank();
        if (rank < 2 || !x.dim(rank - 1).equals(x.dim(rank - 2))) {
            throw node.misfit("the input is " + x.type() + "; expected [..., n, n]");
        }
        if (!x.dim(rank - 1).isConstant()) {
            throw node.unsupported("matrices of " + x.dim(rank - 1) + " rows; fix the number with --dim");
        }
        int n = Math.toIntExact(x.dim(rank - 1).constant());
        if (n < 1 || n > largest) {
            throw node.unsupported("matrices of " + n + " rows; up to " + largest + " are supported");
        }
        return n;
    }

    /** The determinant of these rows and columns. */
    private static Value minor(Formula f, Value x, List<Integer> rows, List<Integer> columns) {
        if (columns.size() == 1) {
            return element(f, x, rows.get(0), columns.get(0));
        }
        Value sum = null;
        for (int i = 0; i < columns.size(); i++) {
            Value others = minor(f, x, rows.subList(1, rows.size()), without(columns, columns.get(i)));
            Value term = f.times(element(f, x, rows.get(0), columns.get(i)), others);
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
