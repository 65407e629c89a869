package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * A choice in a loop's body that goes by the lengths of sequences, row by row: one value while the iteration
 * is within a row's length, another afterwards. Loops over padded sequences keep their states by it.
 *
 * @param node the choice, y [..., B, N]
 * @param lengths what the body sees of the lengths, B integers
 * @param running [..., B, N], chosen within the lengths
 * @param stopped chosen beyond them; broadcast
 */
record LengthMask(Node node, Value lengths, Value running, Value stopped) {

    /** The mask that a node is, {@code null} where it is none. */
    static LengthMask of(OpenLoop loop, Node node) {
        if (node == null || !(node.op() instanceof Where) || !goesByRow(node.input(0), node.output())) {
            return null;
        }
        boolean within = true;
        Value condition = CellStep.viewed(node.input(0));
        Unary unary = Rewriting.producer(condition, Unary.class);
        if (unary != null && unary.fn() == UnaryFn.NOT) {
            within = false;
            condition = CellStep.viewed(condition.producer().input(0));
        }
        Binary comparison = Rewriting.producer(condition, Binary.class);
        if (comparison == null) {
            return null;
        }
        Value left = condition.producer().input(0);
        Value right = condition.producer().input(1);
        Value lengths = switch (comparison.fn()) {
            case LESS, GREATER_OR_EQUAL -> lengths(loop, left, right);
            case GREATER, LESS_OR_EQUAL -> lengths(loop, right, left);
            default -> null;
        };
        within ^= switch (comparison.fn()) {
            case GREATER_OR_EQUAL, LESS_OR_EQUAL -> true;
            default -> false;
        };
        Value running = node.input(within ? 1 : 2);
        boolean fits = lengths != null && running.type().equals(node.output().type());
        return fits ? new LengthMask(node, lengths, running, node.input(within ? 2 : 1)) : null;
    }

    boolean hasLengthsOf(LengthMask other) {
        return other != null && other.lengths == lengths;
    }

    /** Whether a condition has one element for each row of a value. */
    private static boolean goesByRow(Value condition, Value value) {
        int rank = condition.rank();
        if (rank < 2 || value.rank() < 2 || !condition.dim(rank - 1).is(1)) {
            return false;
        }
        Dim rows = value.dim(value.rank() - 2);
        return condition.dim(rank - 2).equals(rows) && condition.type().size().equals(rows)
                && ValueType.product(value.shape().subList(0, value.rank() - 1)).equals(rows);
    }

    /** The captured integers that the iteration is compared with; {@code null} where it is compared otherwise. */
    private static Value lengths(OpenLoop loop, Value iteration, Value compared) {
        Value lengths = CellStep.viewed(compared);
        DType type = lengths.type().type();
        boolean fits = loop.isIteration(iteration) && loop.captureOf(lengths) >= 0
                && (type == DType.I64 || type == DType.I32);
        return fits ? lengths : null;
    }
}
