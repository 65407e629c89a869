package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.function.Predicate;

/**
 * The form of an expression, written as the expression is:
 *
 * <pre>
 * Pattern c = any();
 * Pattern next = sum(product(any(), c), product(any(), any()));
 * Match found = next.in(value);                        // null, or found.get(c) is what c stands for
 * </pre>
 *
 * <p>A part that stands in a pattern twice must be the same value in both places. Operands of sums and
 * products may come in either order; all orders are tried until the whole fits. Immutable; any thread.
 *
 * <p>This is for forms whose parts are told by what they are: gates, products of a state. Formulas of numbers
 * and one value are told by what they multiply out to, {@link Terms}, which sees through any brackets but takes
 * a form apart into sums that gates get lost in.
 */
abstract class Pattern {

    /** Constants that differ by this much, relatively, are roundings of one number. */
    private static final double ROUNDING = 1e-6;

    /**
     * Goes through the ways in which a value has this form, until {@code rest} accepts one.
     *
     * @param value may be {@code null}, an absent operand
     * @return whether one was accepted
     */
    abstract boolean match(Value value, Match soFar, Predicate<Match> rest);

    /** The first way in which a value has this form, {@code null} where it has not. */
    final Match in(Value value) {
        Match[] found = new Match[1];
        match(value, Match.NOTHING, match -> {
            found[0] = match;
            return true;
        });
        return found[0];
    }

    /** This, but the value as a whole can be asked for, by the pattern that is returned. */
    final Pattern named() {
        return where(value -> true);
    }

    /** This, of a value with a property. What it stands for can be asked for. */
    final Pattern where(Predicate<Value> property) {
        Pattern form = this;
        return new Pattern() {
            @Override
            boolean match(Value value, Match soFar, Predicate<Match> rest) {
                Value known = soFar.get(this);
                if (value == null || known != null && !same(known, value) || !property.test(value)) {
                    return false;
                }
                return form.match(value, known == null ? soFar.with(this, value) : soFar, rest);
            }
        };
    }

    private static boolean same(Value a, Value b) {
        return a == b || a.isConstant() && b.isConstant() && a.constant().sameAs(b.constant());
    }

    /** Any value, but the same one wherever this part stands. */
    static Pattern any() {
        return new Pattern() {
            @Override
            boolean match(Value value, Match soFar, Predicate<Match> rest) {
                return value != null && rest.test(soFar);
            }
        }.named();
    }

    /** A constant all of whose elements are {@code number}. */
    static Pattern number(double number) {
        return constant(literal -> isAll(literal, number));
    }

    /** A constant with a property. */
    static Pattern constant(Predicate<Literal> property) {
        return any().where(value -> value.isConstant() && property.test(value.constant()));
    }

    private static boolean isAll(Literal literal, double number) {
        int distinct = literal.isSplat() ? Math.min(1, literal.size()) : literal.size();
        for (int i = 0; i < distinct; i++) {
            // not <=, so that NaN is no number
            if (!(Math.abs(literal.doubleAt(i) - number) <= ROUNDING * Math.abs(number))) {
                return false;
            }
        }
        return distinct > 0;
    }

    /** The only output of an operation with a property, applied to these operands in this order. */
    static Pattern op(Predicate<Op> property, Pattern... operands) {
        return new Pattern() {
            @Override
            boolean match(Value value, Match soFar, Predicate<Match> rest) {
                Node node = value == null ? null : value.producer();
                if (node == null || node.outputs().size() != 1 || !property.test(node.op())) {
                    return false;
                }
                return operand(node, 0, soFar.through(node), rest);
            }

            private boolean operand(Node node, int i, Match soFar, Predicate<Match> rest) {
                return i == operands.length
                        ? rest.test(soFar)
                        : operands[i].match(node.input(i), soFar, match -> operand(node, i + 1, match, rest));
            }
        };
    }

    /** {@code fn(x)}, for functions without parameters. */
    static Pattern unary(UnaryFn fn, Pattern x) {
        return op(op -> op instanceof Unary unary && unary.fn() == fn, x);
    }

    /** {@code fn(a, b)}, operands in this order. */
    static Pattern binary(BinaryFn fn, Pattern a, Pattern b) {
        return op(op -> op instanceof Binary binary && binary.fn() == fn, a, b);
    }

    static Pattern sum(Pattern a, Pattern b) {
        return oneOf(binary(BinaryFn.ADD, a, b), binary(BinaryFn.ADD, b, a));
    }

    static Pattern product(Pattern a, Pattern b) {
        return oneOf(binary(BinaryFn.MUL, a, b), binary(BinaryFn.MUL, b, a));
    }

    /** {@code a − b}, also written as {@code a + (−b)}. */
    static Pattern difference(Pattern a, Pattern b) {
        return oneOf(binary(BinaryFn.SUB, a, b), sum(a, unary(UnaryFn.NEG, b)));
    }

    /** Whichever of these forms the value has. */
    static Pattern oneOf(Pattern... forms) {
        List<Pattern> all = List.of(forms);
        return new Pattern() {
            @Override
            boolean match(Value value, Match soFar, Predicate<Match> rest) {
                return all.stream().anyMatch(form -> form.match(value, soFar, rest));
            }
        };
    }
}
