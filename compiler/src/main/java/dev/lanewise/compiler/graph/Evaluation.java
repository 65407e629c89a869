package dev.lanewise.compiler.graph;

import java.util.List;
import java.util.Map;

/**
 * What the reference of an operation computes from: the inputs, and the values of symbols, for
 * operations whose attributes hold extents.
 */
public final class Evaluation {

    private final Node node;
    private final List<Literal> inputs;
    private final Map<String, Long> symbols;

    /**
     * @param inputs as the node's, {@code null} for absent ones
     * @param symbols by name
     */
    public Evaluation(Node node, List<Literal> inputs, Map<String, Long> symbols) {
        this.node = node;
        this.inputs = inputs;
        this.symbols = symbols;
    }

    public Node node() {
        return node;
    }

    public int count() {
        return inputs.size();
    }

    public boolean has(int i) {
        return i < inputs.size() && inputs.get(i) != null;
    }

    public Literal in(int i) {
        return inputs.get(i);
    }

    public Literal inOrNull(int i) {
        return has(i) ? inputs.get(i) : null;
    }

    public long value(Dim dim) {
        return dim.isConstant() ? dim.constant() : dim.evaluate(symbols);
    }

    public int[] values(List<Dim> dims) {
        return dims.stream().mapToInt(dim -> Math.toIntExact(value(dim))).toArray();
    }

    /** Actual extents of output {@code i}, where they follow from the symbols. */
    public int[] outputShape(int i) {
        return values(node.outputs().get(i).shape());
    }

    /** Values of the symbols by name, for operations that evaluate graphs. */
    public Map<String, Long> symbols() {
        return symbols;
    }
}
