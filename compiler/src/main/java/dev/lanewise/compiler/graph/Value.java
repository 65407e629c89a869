package dev.lanewise.compiler.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A tensor in a graph: an input, a constant, or an output of one node. Identity is what tells values
 * apart. Immutable, apart from the node, which is set once when the node is made.
 */
public final class Value {

    private final String name;
    private final ValueType type;
    private final Literal constant;
    private final List<Dim> contents;
    private Node producer;

    private Value(String name, ValueType type, Literal constant, List<Dim> contents) {
        this.name = name;
        this.type = type;
        this.constant = constant;
        this.contents = contents;
    }

    /** A value whose elements are known. Belongs to no node; any graph may use it. */
    public static Value constant(String name, Literal literal) {
        return new Value(name, literal.valueType(), literal, integers(literal));
    }

    /**
     * An input, or an output of a node to be made.
     *
     * @param contents the elements, where they are integers that follow from extents (a shape, an
     *     index computed from one); else {@code null}
     */
    public static Value of(String name, ValueType type, List<Dim> contents) {
        return new Value(name, type, null, contents == null ? null : List.copyOf(contents));
    }

    private static List<Dim> integers(Literal literal) {
        if (literal.rank() > 1 || literal.size() > 64) {
            return null;
        }
        Dim[] dims = new Dim[literal.size()];
        for (int i = 0; i < dims.length; i++) {
            if (literal.type().isFloating() && literal.doubleAt(i) != (int) literal.doubleAt(i)) {
                return null;
            }
            dims[i] = Dim.of(literal.type().isFloating() ? (int) literal.doubleAt(i) : literal.longAt(i));
        }
        return List.of(dims);
    }

    void producedBy(Node node) {
        if (producer != null) {
            throw new IllegalStateException(name + " has a producer");
        }
        producer = node;
    }

    public String name() {
        return name;
    }

    public ValueType type() {
        return type;
    }

    public List<Dim> shape() {
        return type.shape();
    }

    public int rank() {
        return type.rank();
    }

    public Dim dim(int axis) {
        return type.dim(axis);
    }

    public boolean isConstant() {
        return constant != null;
    }

    /** The elements of a constant, else {@code null}. */
    public Literal constant() {
        return constant;
    }

    /** The elements as integers that follow from extents, or {@code null}; of any type that holds them exactly. */
    public List<Dim> contents() {
        return contents;
    }

    /** Names of the inputs and states that this is computed from; none where it is a constant. */
    public Set<String> sources() {
        Set<String> sources = new TreeSet<>();
        Set<Node> seen = new HashSet<>();
        Deque<Value> open = new ArrayDeque<>(List.of(this));
        while (!open.isEmpty()) {
            Value next = open.pop();
            if (next.producer == null) {
                if (!next.isConstant()) {
                    sources.add(next.name);
                }
            } else if (seen.add(next.producer)) {
                next.producer.inputs().stream().filter(value -> value != null).forEach(open::push);
            }
        }
        return sources;
    }

    /** The node whose output this is; {@code null} for inputs and constants. */
    public Node producer() {
        return producer;
    }

    @Override
    public String toString() {
        return name + " " + type;
    }
}
