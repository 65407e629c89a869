package dev.lanewise.compiler.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * One application of an operation. Immutable.
 *
 * <p>{@code inputs} may hold {@code null} for an optional operand that is absent.
 */
public final class Node {

    private final String name;
    private final Op op;
    private final List<Value> inputs;
    private final List<Value> outputs;

    Node(String name, Op op, List<Value> inputs, List<Value> outputs) {
        this.name = name;
        this.op = op;
        this.inputs = Collections.unmodifiableList(new ArrayList<>(inputs));
        this.outputs = List.copyOf(outputs);
        outputs.forEach(output -> output.producedBy(this));
    }

    /** The name in the source model, for messages. */
    public String name() {
        return name;
    }

    public Op op() {
        return op;
    }

    public List<Value> inputs() {
        return inputs;
    }

    /** Input {@code i}, {@code null} where absent. */
    public Value input(int i) {
        return i < inputs.size() ? inputs.get(i) : null;
    }

    public List<Value> outputs() {
        return outputs;
    }

    public Value output() {
        return outputs.get(0);
    }

    /** The extents that this computes with: those of its outputs and of its attributes, in bodies as well. */
    public Stream<Dim> extents() {
        Stream<Dim> own = Stream.concat(
                op.extents().stream(), outputs.stream().flatMap(output -> output.shape().stream()));
        return Stream.concat(own, op.bodies().stream().flatMap(body -> body.nodes().stream()).flatMap(Node::extents));
    }

    @Override
    public String toString() {
        return name + " = " + op;
    }
}
