package dev.lanewise.compiler.graph;

import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An extent, or an integer that extents are computed from: a polynomial over symbols and over
 * quotients, minima and maxima of polynomials. Kept in a normal form, so that two equal extents are
 * {@link #equals equal} however they were computed: {@code (T + 2 − 3) + 1} is {@code T}. Immutable.
 */
public final class Dim {

    /** What a polynomial has for variables. */
    public sealed interface Atom permits Symbol, Function, Bounded {
        String text();

        long min();

        long max();
    }

    /**
     * A named extent with its bounds.
     *
     * @param learnt whether a step learns it from data while running, rather than a caller setting it
     */
    public record Symbol(String name, long min, long max, boolean learnt) implements Atom {
        @Override
        public String text() {
            return name;
        }
    }

    /**
     * A polynomial as one, between 0 and {@code max}, which interval arithmetic does not find by itself
     * where its terms depend on each other.
     */
    public record Bounded(Dim value, long max) implements Atom {
        @Override
        public String text() {
            return "[" + value + "]";
        }

        @Override
        public long min() {
            return 0;
        }
    }

    /** Functions that polynomials are not closed under. */
    public enum Kind {
        FLOOR_DIV,
        CEIL_DIV,
        MIN,
        MAX,
        MOD
    }

    /** A function of two polynomials that did not simplify. */
    public record Function(Kind kind, Dim a, Dim b) implements Atom {
        /** The operands of a minimum or maximum in one order, whichever way round they were given. */
        Function ordered() {
            return a.text.compareTo(b.text) <= 0 ? this : new Function(kind, b, a);
        }

        @Override
        public String text() {
            return switch (kind) {
                case FLOOR_DIV -> "floor(" + a + " / " + b + ")";
                case CEIL_DIV -> "ceil(" + a + " / " + b + ")";
                case MIN -> "min(" + a + ", " + b + ")";
                case MAX -> "max(" + a + ", " + b + ")";
                case MOD -> "(" + a + " mod " + b + ")";
            };
        }

        @Override
        public long min() {
            return switch (kind) {
                case FLOOR_DIV -> b.min() <= 0
                        ? FAR_BELOW
                        : Math.min(Math.floorDiv(a.min(), b.min()), Math.floorDiv(a.min(), b.max()));
                case CEIL_DIV -> b.min() <= 0
                        ? FAR_BELOW
                        : Math.min(Dim.ceilDiv(a.min(), b.min()), Dim.ceilDiv(a.min(), b.max()));
                case MIN -> Math.min(a.min(), b.min());
                case MAX -> Math.max(a.min(), b.min());
                case MOD -> 0;
            };
        }

        @Override
        public long max() {
            return switch (kind) {
                case FLOOR_DIV -> b.min() <= 0
                        ? FAR
                        : Math.max(Math.floorDiv(a.max(), b.min()), Math.floorDiv(a.max(), b.max()));
                case CEIL_DIV -> b.min() <= 0
                        ? FAR
                        : Math.max(Dim.ceilDiv(a.max(), b.min()), Dim.ceilDiv(a.max(), b.max()));
                case MIN -> Math.min(a.max(), b.max());
                case MAX -> Math.max(a.max(), b.max());
                case MOD -> Math.max(0, b.max() - 1);
            };
        }
    }

    /** Atoms of one product, in the order of their texts, and the product's factor. */
    private record Term(List<Atom> atoms, long factor) {}

    public static final Dim ZERO = of(0);
    public static final Dim ONE = of(1);

    /** Stands for "no bound"; far from overflow. */
    private static final long FAR = 1L << 52;

    private static final long FAR_BELOW = -FAR;

    /** A hostile model can double the length of an expression with every node. */
    private static final int LONGEST_TEXT = 1 << 14;

    private static final int MOST_TERMS = 1 << 10;

    /** By the text of the product's atoms; the constant has the empty text. Factors are not 0. */
    private final TreeMap<String, Term> terms;

    private final String text;
    private final long min;
    private final long max;

    private Dim(TreeMap<String, Term> terms) {
        this.terms = terms;
        if (terms.size() > MOST_TERMS) {
            throw tooLong();
        }
        this.text = render();
        if (text.length() > LONGEST_TEXT) {
            throw tooLong();
        }
        this.min = bound(true);
        this.max = bound(false);
    }

    private static PlanException tooLong() {
        return new PlanException("an extent is computed by an expression too long to follow; fix extents with --dim");
    }

    public static Dim of(long value) {
        TreeMap<String, Term> terms = new TreeMap<>();
        add(terms, List.of(), value);
        return new Dim(terms);
    }

    /** An extent that callers choose, from 1 to {@code max}. */
    public static Dim upTo(String name, long max) {
        return symbol(name, 1, max);
    }

    /** An extent that callers choose, between {@code min} and {@code max}. */
    public static Dim symbol(String name, long min, long max) {
        return of(new Symbol(name, min, max, false));
    }

    /** An extent that a step learns from data. */
    public static Dim learnt(String name, long max) {
        return of(new Symbol(name, 0, max, true));
    }

    private static Dim of(Atom atom) {
        TreeMap<String, Term> terms = new TreeMap<>();
        add(terms, List.of(atom), 1);
        return new Dim(terms);
    }

    /** A function, or the only number that it can be: {@code floor((T + 2) / 3)} is 1 for T of 1 to 3. */
    private static Dim of(Kind kind, Dim a, Dim b) {
        Function function = new Function(kind, a, b);
        if (function.min() == function.max()) {
            return of(function.min());
        }
        return of(kind == Kind.MIN || kind == Kind.MAX ? function.ordered() : function);
    }

    private static void add(TreeMap<String, Term> terms, List<Atom> atoms, long factor) {
        StringBuilder key = new StringBuilder();
        for (Atom atom : atoms) {
            key.append(key.length() == 0 ? "" : "·").append(atom.text());
        }
        Term old = terms.get(key.toString());
        long sum = clamp((old == null ? 0 : old.factor) + factor);
        if (sum == 0) {
            terms.remove(key.toString());
        } else {
            terms.put(key.toString(), new Term(atoms, sum));
        }
    }

    /** This, which is known to lie between 0 and {@code max} where its own bounds are wider. */
    public Dim boundedBy(long max) {
        return min >= 0 && this.max <= max ? this : of(new Bounded(this, max));
    }

    public boolean isConstant() {
        return terms.isEmpty() || terms.size() == 1 && terms.firstEntry().getKey().isEmpty();
    }

    /**
     * The number that this is.
     *
     * @throws IllegalStateException where it is none
     */
    public long constant() {
        if (!isConstant()) {
            throw new IllegalStateException(this + " is not a number");
        }
        return terms.isEmpty() ? 0 : terms.firstEntry().getValue().factor;
    }

    public boolean is(long value) {
        return isConstant() && constant() == value;
    }

    /** The symbol that this is and nothing else, or {@code null}. */
    public Symbol asSymbol() {
        if (terms.size() == 1) {
            Term term = terms.firstEntry().getValue();
            if (term.factor == 1 && term.atoms.size() == 1 && term.atoms.get(0) instanceof Symbol symbol) {
                return symbol;
            }
        }
        return null;
    }

    public Dim plus(Dim other) {
        TreeMap<String, Term> sum = new TreeMap<>(terms);
        for (Term term : other.terms.values()) {
            add(sum, term.atoms, term.factor);
        }
        return new Dim(sum);
    }

    public Dim plus(long other) {
        return plus(of(other));
    }

    public Dim minus(Dim other) {
        return plus(other.times(of(-1)));
    }

    public Dim minus(long other) {
        return plus(of(-other));
    }

    public Dim times(Dim other) {
        if ((long) terms.size() * other.terms.size() > 4 * MOST_TERMS) {
            throw tooLong();
        }
        TreeMap<String, Term> product = new TreeMap<>();
        for (Term a : terms.values()) {
            for (Term b : other.terms.values()) {
                List<Atom> atoms = new ArrayList<>(a.atoms);
                atoms.addAll(b.atoms);
                atoms.sort((x, y) -> x.text().compareTo(y.text()));
                add(product, List.copyOf(atoms), clampedProduct(a.factor, b.factor));
            }
        }
        return new Dim(product);
    }

    public Dim times(long other) {
        return times(of(other));
    }

    /** The quotient rounded down; {@code other} is positive. */
    public Dim floorDiv(Dim other) {
        return quotient(Kind.FLOOR_DIV, other);
    }

    public Dim floorDiv(long other) {
        return floorDiv(of(other));
    }

    /** The quotient rounded up; {@code other} is positive. */
    public Dim ceilDiv(Dim other) {
        return quotient(Kind.CEIL_DIV, other);
    }

    public Dim ceilDiv(long other) {
        return ceilDiv(of(other));
    }

    private Dim quotient(Kind kind, Dim other) {
        Dim exact = exactQuotient(other);
        if (exact != null) {
            return exact;
        }
        if (isConstant() && other.isConstant() && other.constant() > 0) {
            long a = constant();
            return of(kind == Kind.FLOOR_DIV ? Math.floorDiv(a, other.constant()) : ceilDiv(a, other.constant()));
        }
        if (other.isConstant() && other.constant() > 0) {
            if (kind == Kind.CEIL_DIV) {
                return plus(other.constant() - 1).quotient(Kind.FLOOR_DIV, other);
            }
            // what divides evenly comes out: floor((k·x + q·k + r) / k) = x + q + floor(r / k), with r not
            // below zero, so that an intermediate result is not either
            Dim even = ZERO;
            for (Term term : terms.values()) {
                long factor = term.atoms.isEmpty()
                        ? Math.floorDiv(term.factor, other.constant()) * other.constant()
                        : term.factor % other.constant() == 0 ? term.factor : 0;
                TreeMap<String, Term> one = new TreeMap<>();
                add(one, term.atoms, factor);
                even = even.plus(new Dim(one));
            }
            if (!even.is(0)) {
                return even.exactQuotient(other).plus(minus(even).quotient(kind, other));
            }
        }
        return of(kind, this, other);
    }

    /** This divided by {@code other} where that leaves no remainder, else {@code null}. */
    public Dim exactQuotient(Dim other) {
        if (equals(other) && !is(0)) {
            return ONE;
        }
        if (is(0) && !other.is(0)) {
            return ZERO;
        }
        if (other.terms.size() != 1) {
            return null;
        }
        Term divisor = other.terms.firstEntry().getValue();
        TreeMap<String, Term> quotient = new TreeMap<>();
        for (Term term : terms.values()) {
            List<Atom> atoms = new ArrayList<>(term.atoms);
            for (Atom atom : divisor.atoms) {
                if (!atoms.remove(atom)) {
                    return null;
                }
            }
            if (term.factor % divisor.factor != 0) {
                return null;
            }
            add(quotient, List.copyOf(atoms), term.factor / divisor.factor);
        }
        return new Dim(quotient);
    }

    public Dim min(Dim other) {
        if (equals(other) || max() <= other.min()) {
            return this;
        }
        if (other.max() <= min()) {
            return other;
        }
        Dim below = shortfall(other);
        return below.is(0)
                ? of(Kind.MIN, this, other)
                : plus(below).min(other.plus(below)).minus(below);
    }

    public Dim max(Dim other) {
        if (equals(other) || min() >= other.max()) {
            return this;
        }
        if (other.min() >= max()) {
            return other;
        }
        Dim below = shortfall(other);
        return below.is(0)
                ? of(Kind.MAX, this, other)
                : plus(below).max(other.plus(below)).minus(below);
    }

    /**
     * What to add to both for neither to have a negative term: {@code max(T − 5, 0)} is kept as {@code
     * max(T, 5) − 5}, because the runtime's table of extents has no numbers below zero.
     */
    private Dim shortfall(Dim other) {
        TreeMap<String, Term> sum = new TreeMap<>();
        for (Dim dim : List.of(this, other)) {
            dim.terms.forEach((key, term) -> {
                Term known = sum.get(key);
                if (term.factor < 0 && (known == null || known.factor < -term.factor)) {
                    sum.put(key, new Term(term.atoms, -term.factor));
                }
            });
        }
        return new Dim(sum);
    }

    /** The remainder, with the sign of {@code other}, which is positive. */
    public Dim mod(Dim other) {
        if (isConstant() && other.isConstant() && other.constant() > 0) {
            return of(Math.floorMod(constant(), other.constant()));
        }
        if (exactQuotient(other) != null) {
            return ZERO;
        }
        return of(Kind.MOD, this, other);
    }

    /** A lower bound. */
    public long min() {
        return min;
    }

    /** An upper bound. */
    public long max() {
        return max;
    }

    private long bound(boolean lower) {
        long sum = 0;
        for (Term term : terms.values()) {
            long low = term.factor;
            long high = term.factor;
            for (Atom atom : term.atoms) {
                long[] corners = {
                    clampedProduct(low, atom.min()), clampedProduct(low, atom.max()),
                    clampedProduct(high, atom.min()), clampedProduct(high, atom.max())
                };
                low = Math.min(Math.min(corners[0], corners[1]), Math.min(corners[2], corners[3]));
                high = Math.max(Math.max(corners[0], corners[1]), Math.max(corners[2], corners[3]));
            }
            sum = clamp(sum + (lower ? low : high));
        }
        return sum;
    }

    private static long clampedProduct(long a, long b) {
        if (Math.multiplyHigh(a, b) != (a * b >> 63)) {
            return a < 0 == b < 0 ? FAR : FAR_BELOW;
        }
        return clamp(a * b);
    }

    private static long clamp(long value) {
        return Math.max(FAR_BELOW, Math.min(FAR, value));
    }

    private static long ceilDiv(long a, long b) {
        return -Math.floorDiv(-a, b);
    }

    /** The value where symbols have these values. */
    public long evaluate(Map<String, Long> symbols) {
        long sum = 0;
        for (Term term : terms.values()) {
            long product = term.factor;
            for (Atom atom : term.atoms) {
                product *= evaluate(atom, symbols);
            }
            sum += product;
        }
        return sum;
    }

    private static long evaluate(Atom atom, Map<String, Long> symbols) {
        if (atom instanceof Symbol symbol) {
            Long value = symbols.get(symbol.name);
            if (value == null) {
                throw new IllegalStateException("no value for the extent " + symbol.name);
            }
            return value;
        }
        if (atom instanceof Bounded bounded) {
            return bounded.value.evaluate(symbols);
        }
        Function function = (Function) atom;
        long a = function.a.evaluate(symbols);
        long b = function.b.evaluate(symbols);
        return switch (function.kind) {
            case FLOOR_DIV -> Math.floorDiv(a, b);
            case CEIL_DIV -> ceilDiv(a, b);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case MOD -> Math.floorMod(a, b);
        };
    }

    /** This with symbols replaced; symbols without an entry stay. */
    public Dim substitute(Map<String, Dim> symbols) {
        Dim sum = ZERO;
        for (Term term : terms.values()) {
            Dim product = of(term.factor);
            for (Atom atom : term.atoms) {
                product = product.times(substitute(atom, symbols));
            }
            sum = sum.plus(product);
        }
        return sum;
    }

    private static Dim substitute(Atom atom, Map<String, Dim> symbols) {
        if (atom instanceof Symbol symbol) {
            Dim replacement = symbols.get(symbol.name);
            return replacement == null ? of(atom) : replacement;
        }
        if (atom instanceof Bounded bounded) {
            return bounded.value.substitute(symbols).boundedBy(bounded.max);
        }
        Function function = (Function) atom;
        Dim a = function.a.substitute(symbols);
        Dim b = function.b.substitute(symbols);
        return switch (function.kind) {
            case FLOOR_DIV -> a.floorDiv(b);
            case CEIL_DIV -> a.ceilDiv(b);
            case MIN -> a.min(b);
            case MAX -> a.max(b);
            case MOD -> a.mod(b);
        };
    }

    /** A visitor of the sum of products that this is; {@code atoms} of each product in turn. */
    public interface Visitor {
        void term(long factor, List<Atom> atoms);
    }

    public void forEachTerm(Visitor visitor) {
        for (Term term : terms.values()) {
            visitor.term(term.factor, term.atoms);
        }
    }

    /** All symbols in it. */
    public void collectSymbols(Collection<Symbol> into) {
        for (Term term : terms.values()) {
            for (Atom atom : term.atoms) {
                if (atom instanceof Symbol symbol) {
                    into.add(symbol);
                } else if (atom instanceof Bounded bounded) {
                    bounded.value.collectSymbols(into);
                } else if (atom instanceof Function function) {
                    function.a.collectSymbols(into);
                    function.b.collectSymbols(into);
                }
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dim dim && text.equals(dim.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    private String render() {
        if (terms.isEmpty()) {
            return "0";
        }
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, Term> entry : terms.descendingMap().entrySet()) {
            long factor = entry.getValue().factor;
            out.append(out.length() == 0 ? (factor < 0 ? "-" : "") : factor < 0 ? " - " : " + ");
            long magnitude = Math.abs(factor);
            if (entry.getKey().isEmpty()) {
                out.append(magnitude);
            } else {
                out.append(magnitude == 1 ? "" : magnitude + "·").append(entry.getKey());
            }
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
