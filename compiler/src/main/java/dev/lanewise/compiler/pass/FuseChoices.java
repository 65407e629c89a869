package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sums weighed by what is 0 or 1 become choices: {@code m · a + (1 − m) · b}, {@code b + m · (a − b)}, and {@code m
 * · a − c · (1 − m)} of a number c, as masks of attention and of recurrent cells are written. The same numbers, but
 * for infinite ones that were not to be chosen, which a product by 0 makes NaN of.
 */
final class FuseChoices implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Choosing(graph, new Indicator(), folding).run();
    }

    private static final class Choosing extends Rewriting {

        private final Indicator indicator;
        private final Folding folding;
        /** By the numbers that they were; choices by the same numbers are by the same condition. */
        private final Map<Value, Value> conditions = new HashMap<>();

        Choosing(Graph graph, Indicator indicator, Folding folding) {
            super(graph, folding);
            this.indicator = indicator;
            this.folding = folding;
        }

        @Override
        List<Value> node(Node node, List<Value> inputs) {
            if (node.op() instanceof Repeat repeat) {
                return inBody(node, repeat, inputs);
            }
            boolean sum = node.op() instanceof Binary binary
                    && (binary.fn() == BinaryFn.ADD || binary.fn() == BinaryFn.SUB)
                    && node.output().type().type().isFloating();
            if (!sum) {
                return null;
            }
            double sign = ((Binary) node.op()).fn() == BinaryFn.SUB ? -1 : 1;
            Value chosen = choice(node, node.input(0), node.input(1), sign);
            chosen = chosen == null && sign > 0 ? choice(node, node.input(1), node.input(0), 1) : chosen;
            return chosen == null ? null : List.of(chosen);
        }

        /** The body of a loop knows less of what it sees than what is outside. */
        private List<Value> inBody(Node node, Repeat repeat, List<Value> inputs) {
            Indicator inside = new Indicator();
            boolean any = false;
            for (int i = 2 + repeat.carried(); i < inputs.size(); i++) {
                if (indicator.is(node.input(i))) {
                    inside.know(repeat.body().inputs().get(i).value());
                    any = true;
                }
            }
            return any
                    ? addAll(node.name(),
                            repeat.withBodies(List.of(new Choosing(repeat.body(), inside, folding).run())), inputs)
                    : null;
        }

        /** {@code weighed + sign · rest} as a choice; {@code null} where it is none. */
        private Value choice(Node node, Value weighed, Value rest, double sign) {
            for (List<Value> factors : factors(weighed)) {
                Value m = factors.get(0);
                Value a = factors.get(1);
                if (Terms.numberOf(m) != null || !indicator.is(m)) {
                    continue;
                }
                Double number = otherwise(m, rest);
                if (number != null) {
                    return where(node, m, now(a), number(node, sign * number));
                }
                Value b = sign < 0 ? null : otherwise(m, a, rest);
                if (b != null) {
                    boolean difference = b == rest;
                    return where(node, m, now(difference ? a.producer().input(0) : a), now(b));
                }
            }
            return null;
        }

        /** Both orders of the factors of a product, none where a value is something else. */
        private static List<List<Value>> factors(Value value) {
            Binary binary = producer(value, Binary.class);
            if (binary == null || binary.fn() != BinaryFn.MUL) {
                return List.of();
            }
            Value a = value.producer().input(0);
            Value b = value.producer().input(1);
            return List.of(List.of(a, b), List.of(b, a));
        }

        /** The number b where {@code rest} is {@code (1 − m) · b}; else {@code null}. */
        private static Double otherwise(Value m, Value rest) {
            if (m.isConstant() && rest.isConstant()) {
                return whereZero(m.constant(), rest.constant());
            }
            Map<Map<Value, Integer>, Double> none = Terms.number(1).minus(Terms.of(m)).coefficients();
            Terms terms = Terms.of(rest);
            for (Map.Entry<Map<Value, Integer>, Double> term : none.entrySet()) {
                Double c = terms.coefficients().get(term.getKey());
                Double b = c == null ? null : (Double) (c / term.getValue());
                return b != null && terms.are(Terms.number(1).minus(Terms.of(m)).times(b)) ? b : null;
            }
            return null;
        }

        /** The one number that {@code rest} is where m is 0, where it is 0 elsewhere. */
        private static Double whereZero(Literal m, Literal rest) {
            Double number = null;
            if (!Arrays.equals(m.shape(), rest.shape())) {
                return null;
            }
            for (int i = 0; i < m.size(); i++) {
                double b = rest.doubleAt(i);
                if (m.doubleAt(i) != 0 ? b != 0 : number != null && number != b) {
                    return null;
                }
                number = m.doubleAt(i) != 0 ? number : (Double) b;
            }
            return number;
        }

        /** The value b where {@code m · a + rest} is a choice between a and b; else {@code null}. */
        private Value otherwise(Value m, Value a, Value rest) {
            Binary difference = producer(a, Binary.class);
            if (difference != null && difference.fn() == BinaryFn.SUB && a.producer().input(1) == rest) {
                return rest;
            }
            for (List<Value> factors : factors(rest)) {
                Value n = factors.get(0);
                boolean opposite = m.isConstant() && n.isConstant()
                        ? Double.valueOf(1).equals(whereZero(m.constant(), n.constant()))
                        : indicator.is(n) && Terms.of(n).are(Terms.number(1).minus(Terms.of(m)));
                if (opposite) {
                    return factors.get(1);
                }
            }
            return null;
        }

        private Value number(Node node, double number) {
            Literal scalar = Literal.of(node.output().type().type(), new double[] {number}).reshape();
            return Value.constant(node.name(), scalar);
        }

        private Value where(Node node, Value m, Value a, Value b) {
            Value condition = conditions.computeIfAbsent(m, numbers -> Indicator.condition(this, numbers));
            Value chosen = add(node.name(), new Where(), condition, a, b);
            return chosen.type().equals(node.output().type()) ? chosen : null;
        }
    }
}
