package dev.lanewise.compiler.pass;

import static dev.lanewise.compiler.pass.Pattern.number;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Rows as an affine function of other rows, {@code y[..., n] = Σ source[..., k] · block[k, n] + bias[n]},
 * read off the products, sums, slices and concatenations that compute it. However an exporter writes the
 * pre-activation of a gate, as one product or four, of {@code x} and {@code h} or of both joined, transposed
 * or not: it is the same map. Immutable.
 *
 * @param width number of columns
 * @param nodes what computes it from its sources
 */
record AffineMap(int width, List<Term> terms, List<Addend> bias, Set<Node> nodes) {

    /** A graph can lead to one value in exponentially many ways; real maps are small. */
    private static final int MOST_READINGS = 64;

    /**
     * {@code source[..., size] · block}.
     *
     * @param block {@code null} where the source is added as it is
     */
    record Term(Value source, int size, Block block) {}

    /** Part of a weight [k, n], or [n, k] where transposed: rows k from {@code row}, columns from {@code column}. */
    record Block(Literal weights, boolean transposed, int row, int column, double scale) {

        double at(int k, int n) {
            int i = row + k;
            int j = column + n;
            return scale * weights.doubleAt(
                    transposed ? j * weights.extent(1) + i : i * weights.extent(1) + j);
        }
    }

    /** A summand [n], or one number for all columns. */
    record Addend(Literal row, int from, double scale) {

        double at(int n) {
            return scale * row.doubleAt(row.size() == 1 ? 0 : from + n);
        }
    }

    AffineMap {
        terms = List.copyOf(terms);
        bias = List.copyOf(bias);
    }

    /** The map that computes a value; {@code null} where its width is not known. */
    static AffineMap of(Value value) {
        return new Reader().read(value);
    }

    /** Whether all sources come in by products. */
    boolean isProducts() {
        return terms.stream().noneMatch(term -> term.block == null);
    }

    double biasAt(int n) {
        double sum = 0;
        for (Addend addend : bias) {
            sum += addend.at(n);
        }
        return sum;
    }

    List<Value> sources() {
        return terms.stream().map(Term::source).distinct().toList();
    }

    /** The term of a source; {@code null} where it has none. */
    Term term(Value source) {
        return terms.stream().filter(term -> term.source == source).findFirst().orElse(null);
    }

    /** Columns {@code [first, first + count)}; {@code null} where something is added as it is. */
    AffineMap columns(int first, int count) {
        if (!isProducts()) {
            return null;
        }
        List<Term> cut = new ArrayList<>();
        for (Term term : terms) {
            Block b = term.block;
            cut.add(new Term(term.source, term.size,
                    new Block(b.weights, b.transposed, b.row, b.column + first, b.scale)));
        }
        List<Addend> cutBias = bias.stream().map(a -> new Addend(a.row, a.from + first, a.scale)).toList();
        return new AffineMap(count, cut, cutBias, nodes);
    }

    /** {@code factor · y}; {@code null} where something is added as it is. */
    AffineMap times(double factor) {
        if (factor == 1) {
            return this;
        }
        if (!isProducts()) {
            return null;
        }
        List<Term> scaled = new ArrayList<>();
        for (Term term : terms) {
            Block b = term.block;
            scaled.add(new Term(term.source, term.size,
                    new Block(b.weights, b.transposed, b.row, b.column, factor * b.scale)));
        }
        List<Addend> scaledBias = bias.stream().map(a -> new Addend(a.row, a.from, factor * a.scale)).toList();
        return new AffineMap(width, scaled, scaledBias, nodes);
    }

    /** Without the term of one source. */
    AffineMap without(Value source) {
        return new AffineMap(width, terms.stream().filter(term -> term.source != source).toList(), bias, nodes);
    }

    /** With {@code replacement} in the place of one source. */
    AffineMap with(Value source, Value replacement) {
        List<Term> renamed = terms.stream()
                .map(term -> term.source == source ? new Term(replacement, term.size, term.block) : term)
                .toList();
        return new AffineMap(width, renamed, bias, nodes);
    }

    private static Set<Node> union(Set<Node> a, Set<Node> b) {
        Set<Node> all = new HashSet<>(a);
        all.addAll(b);
        return all;
    }

    /**
     * The columns that a slice takes of rows, as its first column; -1 where it cuts something else.
     *
     * @param x what is sliced
     */
    static int firstColumn(Slice slice, Value x) {
        int last = x.rank() - 1;
        for (int axis = 0; axis < last; axis++) {
            if (!slice.shape().get(axis).equals(x.dim(axis)) || slice.strides().get(axis) != 1) {
                return -1;
            }
        }
        boolean known = last >= 0 && slice.starts().get(last).isConstant() && slice.shape().get(last).isConstant();
        return known && slice.strides().get(last) == 1 ? (int) slice.starts().get(last).constant() : -1;
    }

    /** Walks from a value to the sources of its map. */
    private static final class Reader {

        private int left = MOST_READINGS;

        private AffineMap read(Value value) {
            Dim columns = value.rank() == 0 ? Dim.ONE : value.dim(value.rank() - 1);
            if (!columns.isConstant() || value.type().type() != DType.F32) {
                return null;
            }
            int width = Math.toIntExact(columns.constant());
            AffineMap computed = null;
            if (value.isConstant()) {
                computed = constant(value.constant(), width);
            } else if (value.producer() != null && left-- > 0) {
                computed = computed(value.producer(), width);
            }
            // what is only handed on is a source as it is
            boolean only = computed != null && computed.terms.size() == 1 && computed.terms.get(0).block == null;
            return computed == null || only
                    ? new AffineMap(width, List.of(new Term(value, width, null)), List.of(), Set.of())
                    : computed;
        }

        /** A constant all of whose rows are the same, as the product of an initial state of zeros is. */
        private static AffineMap constant(Literal literal, int width) {
            if (literal.size() == 0 || width == 0) {
                return null;
            }
            for (int i = width; !literal.isSplat() && i < literal.size(); i++) {
                if (literal.doubleAt(i) != literal.doubleAt(i - width)) {
                    return null;
                }
            }
            return new AffineMap(width, List.of(), List.of(new Addend(literal, 0, 1)), Set.of());
        }

        private AffineMap computed(Node node, int width) {
            if (node.op() instanceof MatMul matMul) {
                return product(node, matMul, width);
            } else if (node.op() instanceof Binary binary) {
                return switch (binary.fn()) {
                    case ADD -> sum(node, 1, width);
                    case SUB -> sum(node, -1, width);
                    case MUL -> {
                        AffineMap right = scaled(node, node.input(0), node.input(1));
                        yield right != null ? right : scaled(node, node.input(1), node.input(0));
                    }
                    default -> null;
                };
            } else if (node.op() instanceof Unary unary) {
                return switch (unary.fn()) {
                    case NEG -> through(node, read(node.input(0)).times(-1));
                    case AFFINE -> unary.beta() == 0 ? through(node, read(node.input(0)).times(unary.alpha())) : null;
                    default -> null;
                };
            } else if (node.op() instanceof Slice slice) {
                AffineMap whole = read(node.input(0));
                int first = firstColumn(slice, node.input(0));
                return first < 0 || whole == null ? null : through(node, whole.columns(first, width));
            } else if (node.op() instanceof Reshape) {
                Value x = node.input(0);
                boolean rows = x.rank() > 0 && x.dim(x.rank() - 1).is(width);
                return rows ? through(node, read(x)) : null;
            }
            return null;
        }

        private static AffineMap through(Node node, AffineMap map) {
            return map == null
                    ? null
                    : new AffineMap(map.width, map.terms, map.bias, union(map.nodes, Set.of(node)));
        }

        private AffineMap scaled(Node node, Value x, Value factor) {
            if (!factor.isConstant() || factor.constant().size() != 1) {
                return null;
            }
            AffineMap map = read(x);
            return map == null ? null : through(node, map.times(factor.constant().doubleAt(0)));
        }

        private AffineMap sum(Node node, int sign, int width) {
            AffineMap a = read(node.input(0));
            AffineMap b = read(node.input(1));
            b = b == null ? null : b.times(sign);
            if (a == null || b == null || !spreads(a, width) || !spreads(b, width)) {
                return null;
            }
            List<Term> terms = new ArrayList<>(a.terms);
            for (Term term : b.terms) {
                if (a.term(term.source) != null) {
                    return null; // two products of one source
                }
                terms.add(term);
            }
            List<Addend> bias = new ArrayList<>(a.bias);
            bias.addAll(b.bias);
            return through(node, new AffineMap(width, terms, bias, union(a.nodes, b.nodes)));
        }

        /** Whether a summand has all columns, or is one number. */
        private static boolean spreads(AffineMap map, int width) {
            return map.width == width || map.width == 1 && map.terms.isEmpty();
        }

        private AffineMap product(Node node, MatMul matMul, int width) {
            Value weights = node.input(1);
            Value bias = node.input(2);
            if (matMul.epilogue() != Epilogue.NONE || !matMul.hasWeights(node) || bias != null && !bias.isConstant()) {
                return null;
            }
            Set<Node> nodes = new HashSet<>(Set.of(node));
            List<Term> terms = new ArrayList<>();
            int row = 0;
            for (Value part : parts(node.input(0), nodes)) {
                Dim size = part.dim(part.rank() - 1);
                if (!size.isConstant() || part.isConstant() && number(0).in(part) == null) {
                    return null;
                }
                int k = Math.toIntExact(size.constant());
                boolean twice = terms.stream().anyMatch(term -> term.source == part);
                if (twice) {
                    return null;
                }
                if (!part.isConstant()) {
                    terms.add(new Term(part, k, new Block(weights.constant(), matMul.transB(), row, 0, 1)));
                }
                row += k;
            }
            List<Addend> addends = bias == null ? List.of() : List.of(new Addend(bias.constant(), 0, 1));
            return new AffineMap(width, terms, addends, nodes);
        }

        /** The parts of a row that was put together. */
        private List<Value> parts(Value row, Set<Node> nodes) {
            Node node = row.producer();
            if (node == null || !(node.op() instanceof Concat concat) || concat.axis() != row.rank() - 1
                    || left-- <= 0) {
                return List.of(row);
            }
            nodes.add(node);
            List<Value> parts = new ArrayList<>();
            node.inputs().forEach(input -> parts.addAll(parts(input, nodes)));
            return parts;
        }
    }
}
