package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Unary;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Elementwise arithmetic multiplied out: a sum {@code Σ c · a₁^e₁ · a₂^e₂ …} over values that are no
 * arithmetic themselves, its atoms. Exporters write one formula in many orders and with many brackets;
 * their terms are the same, so that a formula is recognised by comparing terms. Broadcasting does not
 * matter: element by element the arithmetic is the same. Immutable.
 */
final class Terms {

    /** Formulas with more terms than this are not what we look for. */
    private static final int MOST_TERMS = 12;

    /** Of arithmetic nodes between a formula's result and its atoms. */
    private static final int MOST_NODES = 24;

    /** Relative difference of coefficients: constants were rounded to f32 and then computed with. */
    private static final double TOLERANCE = 2e-6;

    /** Coefficients by exponents of atoms. */
    private final Map<Map<Value, Integer>, Double> coefficients;

    private Terms(Map<Map<Value, Integer>, Double> coefficients) {
        coefficients.values().removeIf(c -> c == 0);
        this.coefficients = coefficients;
    }

    static Terms number(double c) {
        Map<Map<Value, Integer>, Double> map = new LinkedHashMap<>();
        map.put(Map.of(), c);
        return new Terms(map);
    }

    static Terms atom(Value value) {
        Map<Map<Value, Integer>, Double> map = new LinkedHashMap<>();
        map.put(Map.of(value, 1), 1.0);
        return new Terms(map);
    }

    /**
     * Multiplies out.
     *
     * @param atoms values not to look into, whatever computes them
     */
    static Terms of(Value value, Value... atoms) {
        return new Expansion(atoms).of(value);
    }

    /** One formula being multiplied out. */
    private static final class Expansion {

        private final Map<Value, Terms> known = new HashMap<>();
        private int nodes;

        Expansion(Value... atoms) {
            for (Value atom : atoms) {
                known.put(atom, atom(atom));
            }
        }

        Terms of(Value value) {
            Terms terms = known.get(value);
            if (terms == null) {
                terms = ++nodes > MOST_NODES ? null : expand(value);
                terms = terms == null || terms.coefficients.size() > MOST_TERMS ? atom(value) : terms;
                known.put(value, terms);
            }
            return terms;
        }

        private Terms expand(Value value) {
            Double number = numberOf(value);
            if (number != null) {
                return number(number);
            }
            return isArithmetic(value) ? combine(value.producer()) : null;
        }

        private Terms combine(Node node) {
            Terms x = of(node.input(0));
            if (node.op() instanceof Unary unary) {
                return switch (unary.fn()) {
                    case NEG -> x.times(-1);
                    case SQUARE -> x.times(x);
                    case RECIPROCAL -> x.power(-1);
                    default -> x.times(unary.alpha()).plus(number(unary.beta())); // AFFINE
                };
            }
            Terms y = of(node.input(1));
            return switch (((Binary) node.op()).fn()) {
                case ADD -> x.plus(y);
                case SUB -> x.minus(y);
                case MUL -> x.times(y);
                case DIV -> x.times(y.isTerm() ? y.power(-1) : atom(node.input(1)).power(-1));
                default -> x.power((int) Math.round(numberOf(node.input(1)))); // POW
            };
        }
    }

    /** The one value that all elements of a floating-point constant have; {@code null} where there is none. */
    static Double numberOf(Value given) {
        Value value = given;
        while (Rewriting.producer(value, Expand.class) != null) {
            value = value.producer().input(0);
        }
        if (!value.isConstant() || !value.type().type().isFloating() || value.constant().size() == 0) {
            return null;
        }
        Literal literal = value.constant();
        double first = literal.doubleAt(0);
        for (int i = 1; i < literal.size() && !literal.isSplat(); i++) {
            if (literal.doubleAt(i) != first) {
                return null;
            }
        }
        return first;
    }

    private static boolean isArithmetic(Value value) {
        Node node = value.producer();
        if (node == null || !value.type().type().isFloating()) {
            return false;
        }
        if (node.op() instanceof Unary unary) {
            return switch (unary.fn()) {
                case NEG, SQUARE, RECIPROCAL, AFFINE -> true;
                default -> false;
            };
        }
        if (node.op() instanceof Binary binary) {
            return switch (binary.fn()) {
                case ADD, SUB, MUL, DIV -> true;
                case POW -> {
                    Double exponent = numberOf(node.input(1));
                    yield exponent != null && exponent == Math.rint(exponent) && Math.abs(exponent) <= 4;
                }
                default -> false;
            };
        }
        return false;
    }

    /** What arithmetic alone leads to from a value, itself included, nearest first; constants are left out. */
    static List<Value> operands(Value value) {
        Set<Value> seen = new LinkedHashSet<>();
        Deque<Value> open = new ArrayDeque<>(List.of(value));
        while (!open.isEmpty() && seen.size() < MOST_NODES) {
            Value next = open.poll();
            if (next.isConstant() || !seen.add(next) || !isArithmetic(next)) {
                continue;
            }
            open.addAll(next.producer().inputs());
        }
        return new ArrayList<>(seen);
    }

    Terms plus(Terms other) {
        Map<Map<Value, Integer>, Double> sum = new LinkedHashMap<>(coefficients);
        other.coefficients.forEach((atoms, c) -> sum.merge(atoms, c, Double::sum));
        return new Terms(sum);
    }

    Terms minus(Terms other) {
        return plus(other.times(-1));
    }

    Terms times(Terms other) {
        Map<Map<Value, Integer>, Double> product = new LinkedHashMap<>();
        coefficients.forEach((a, c) -> other.coefficients.forEach((b, d) -> {
            Map<Value, Integer> both = new HashMap<>(a);
            b.forEach((atom, exponent) -> both.merge(atom, exponent, Integer::sum));
            both.values().removeIf(exponent -> exponent == 0);
            product.merge(both, c * d, Double::sum);
        }));
        return new Terms(product);
    }

    Terms times(double c) {
        return times(number(c));
    }

    private boolean isTerm() {
        return coefficients.size() == 1;
    }

    /** {@code null} where a sum would be divided by. */
    Terms power(int exponent) {
        if (exponent < 0) {
            if (!isTerm()) {
                return null;
            }
            Map.Entry<Map<Value, Integer>, Double> term = coefficients.entrySet().iterator().next();
            Map<Value, Integer> inverse = new HashMap<>();
            term.getKey().forEach((atom, e) -> inverse.put(atom, -e));
            Map<Map<Value, Integer>, Double> map = new LinkedHashMap<>();
            map.put(inverse, 1 / term.getValue());
            return new Terms(map).power(-exponent);
        }
        Terms power = number(1);
        for (int i = 0; i < exponent; i++) {
            power = power.times(this);
        }
        return power;
    }

    /** Coefficients by the exponents of the atoms they stand before. Not to be changed. */
    Map<Map<Value, Integer>, Double> coefficients() {
        return coefficients;
    }

    /** The coefficient where this is {@code c · atom}, otherwise {@code null}. */
    Double multipleOf(Value atom) {
        return isTerm() ? coefficients.get(Map.of(atom, 1)) : null;
    }

    /** Whether all terms are the same, their coefficients but for rounding. */
    boolean are(Terms other) {
        return coefficients.keySet().equals(other.coefficients.keySet())
                && coefficients.keySet().stream()
                        .allMatch(atoms -> near(coefficients.get(atoms), other.coefficients.get(atoms)));
    }

    static boolean near(double a, double b) {
        return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
    }
}
