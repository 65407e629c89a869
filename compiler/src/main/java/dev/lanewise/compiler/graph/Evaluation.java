package dev.lanewise.compiler.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the reference of an operation computes from: the inputs, the values of symbols, for operations
 * whose attributes hold extents, and the arithmetic of bodies, for operations that run some.
 */
public final class Evaluation {

    private final Node node;
    private final List<Literal> inputs;
    private final Map<String, Long> symbols;
    private final Arithmetic arithmetic;

    /**
     * With bodies computed by {@link Arithmetic#REFERENCE}.
     *
     * @param inputs as the node's, {@code null} for absent ones
     * @param symbols by name
     */
    public Evaluation(Node node, List<Literal> inputs, Map<String, Long> symbols) {
        this(node, inputs, symbols, Arithmetic.REFERENCE);
    }

    /**
     * @param inputs as the node's, {@code null} for absent ones
     * @param symbols by name
     * @param arithmetic of the nodes of bodies
     */
    public Evaluation(Node node, List<Literal> inputs, Map<String, Long> symbols, Arithmetic arithmetic) {
        this.node = node;
        this.inputs = inputs;
        this.symbols = symbols;
        this.arithmetic = arithmetic;
    }

    /** This with another input {@code i}. */
    public Evaluation with(int i, Literal input) {
        List<Literal> changed = new ArrayList<>(inputs);
        changed.set(i, input);
        return new Evaluation(node, changed, symbols, arithmetic);
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

    /**
     * The outputs of a body.
     *
     * @param values of the body's inputs; receives those of its nodes
     */
    public List<Literal> results(Graph body, Map<Value, Literal> values) {
        body.evaluate(values, symbols, arithmetic);
        List<Literal> results = new ArrayList<>();
        for (Graph.Port port : body.outputs()) {
            results.add(port.value().isConstant() ? port.value().constant() : values.get(port.value()));
        }
        return results;
    }
}
