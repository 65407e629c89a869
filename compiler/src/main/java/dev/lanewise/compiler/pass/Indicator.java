package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Trilu;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.HashMap;
import java.util.Map;

/** Finds numbers that are 0 or 1 in every element: conditions to calculate with. Not thread-safe. */
final class Indicator {

    /** Of nodes one behind another. */
    private static final int DEEPEST = 64;

    private final Map<Value, Boolean> known = new HashMap<>();
    private int depth;

    /** Says of a value that nothing in the graph tells it of, as an input of a body, that it is one. */
    void know(Value value) {
        known.put(value, true);
    }

    /** Whether a value, of numbers or a condition, has no elements but 0 and 1. */
    boolean is(Value value) {
        if (value == null || value.type().type() == DType.BOOL) {
            return value != null;
        }
        Boolean already = known.get(value);
        if (already != null || depth == DEEPEST) {
            return already != null && already;
        }
        depth++;
        boolean found = value.isConstant()
                ? isOf(value.constant())
                : value.producer() != null && isOf(value.producer());
        depth--;
        known.put(value, found);
        return found;
    }

    private static boolean isOf(Literal literal) {
        int distinct = literal.isSplat() ? Math.min(1, literal.size()) : literal.size();
        for (int i = 0; i < distinct; i++) {
            if (literal.doubleAt(i) != 0 && literal.doubleAt(i) != 1) {
                return false;
            }
        }
        return true;
    }

    private boolean isOf(Node node) {
        boolean moves = node.op().onlyMoves() || node.op() instanceof Gather || node.op() instanceof Trilu;
        if (moves || node.op() instanceof Cast) {
            return is(node.input(0));
        }
        if (node.op() instanceof Where) {
            return is(node.input(1)) && is(node.input(2));
        }
        if (node.op() instanceof Unary unary) {
            return unary.fn() == UnaryFn.AFFINE && unary.alpha() == -1 && unary.beta() == 1 && is(node.input(0));
        }
        if (!(node.op() instanceof Binary binary)) {
            return false;
        }
        Double one = Terms.numberOf(node.input(0));
        return switch (binary.fn()) {
            case MUL, MIN, MAX -> is(node.input(0)) && is(node.input(1));
            case SUB -> one != null && one == 1 && is(node.input(1));
            default -> false;
        };
    }

    /** Adds the condition that a value is 1, made where the numbers were made of one. */
    static Value condition(Rewriting graph, Value value) {
        return condition(graph, value, 0);
    }

    private static Value condition(Rewriting graph, Value value, int depth) {
        if (value.type().type() == DType.BOOL) {
            return graph.now(value);
        }
        Node node = value.producer();
        if (node != null && node.op() instanceof Cast && node.input(0).type().type() == DType.BOOL) {
            return graph.now(node.input(0));
        }
        if (node != null && node.op().onlyMoves() && depth < DEEPEST) {
            return graph.add(node.name(), node.op(), condition(graph, node.input(0), depth + 1));
        }
        return graph.add(value.name(), Cast.to(DType.BOOL), graph.now(value));
    }
}
