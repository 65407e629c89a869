package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A choice in a loop's body row by row: one value while a row's sequence runs, another while it does not. Loops over
 * padded sequences keep their states by it.
 *
 * @param node the choice, y [..., B, N]
 * @param rows which rows run
 * @param running [..., B, N], chosen where they do
 * @param stopped chosen elsewhere; broadcast
 */
record RowMask(Node node, RunningRows rows, Value running, Value stopped) {

    /** The masks that a node can be taken for: of two, the rows of one are those that do not run in the other. */
    static List<RowMask> readings(OpenLoop loop, Node node) {
        Value condition = node == null || !(node.op() instanceof Where) ? null : byRow(node.input(0), node.output());
        List<RowMask> readings = new ArrayList<>();
        for (int side = 1; condition != null && side <= 2; side++) {
            RunningRows rows = RunningRows.of(loop, condition, side == 1);
            Value running = node.input(side);
            if (rows != null && running.type().equals(node.output().type())) {
                readings.add(new RowMask(node, rows, running, node.input(3 - side)));
            }
        }
        return readings;
    }

    boolean hasRowsOf(RowMask other) {
        return other != null && other.rows.equals(rows);
    }

    /**
     * The elements of a condition, one for each row of a value, before they were repeated along the rows; {@code null}
     * where it has others.
     */
    private static Value byRow(Value condition, Value value) {
        int rank = condition.rank();
        if (rank < 2 || value.rank() < 2) {
            return null;
        }
        Dim rows = value.dim(value.rank() - 2);
        boolean one = condition.dim(rank - 1).is(1);
        boolean fits = (one || condition.dim(rank - 1).equals(value.dim(value.rank() - 1)))
                && condition.dim(rank - 2).equals(rows)
                && ValueType.product(condition.shape().subList(0, rank - 1)).equals(rows)
                && ValueType.product(value.shape().subList(0, value.rank() - 1)).equals(rows);
        Value source = null;
        for (Value inner = condition; inner != null; inner = isAsTrue(inner) ? inner.producer().input(0) : null) {
            source = inner.type().type() == DType.BOOL && inner.type().size().equals(rows) ? inner : source;
        }
        return fits ? source : null;
    }

    /** Whether a value is true where what it is made of is: moved, or made numbers of and a condition again. */
    private static boolean isAsTrue(Value value) {
        boolean cast = Rewriting.producer(value, Cast.class) != null
                && (value.type().type() == DType.BOOL || value.producer().input(0).type().type() == DType.BOOL);
        return cast || Rewriting.producer(value, Reshape.class) != null || repeatsElements(value);
    }

    /** Whether a value has each element of another so many times in a row. */
    private static boolean repeatsElements(Value value) {
        if (Rewriting.producer(value, Expand.class) == null) {
            return false;
        }
        Value source = value.producer().input(0);
        int axis = 0;
        while (axis < source.rank() && source.rank() == value.rank() && source.dim(axis).equals(value.dim(axis))) {
            axis++;
        }
        return source.rank() == value.rank()
                && source.shape().subList(axis, source.rank()).stream().allMatch(dim -> dim.is(1));
    }
}
