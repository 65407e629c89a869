package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.formats.UnsupportedOpException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A node where a rule streams it: its operands in the streamed graph, and what may be added there. */
final class Site {

    private final StreamGraph graph;
    private final Node node;
    private final List<Flow> inputs;

    Site(StreamGraph graph, Node node, List<Flow> inputs) {
        this.graph = graph;
        this.node = node;
        this.inputs = inputs;
    }

    Node node() {
        return node;
    }

    StreamGraph graph() {
        return graph;
    }

    Timeline timeline() {
        return graph.timeline();
    }

    /** Operand {@code i}, {@code null} where absent. */
    Flow in(int i) {
        return i < inputs.size() ? inputs.get(i) : null;
    }

    /** All operands, {@code null} for absent ones. */
    List<Flow> inputs() {
        return inputs;
    }

    /** The values of all operands, {@code null} for absent ones. */
    List<Value> values() {
        return new ArrayList<>(inputs.stream().map(flow -> flow == null ? null : flow.value()).toList());
    }

    /** Operands of a kind. */
    List<Flow> of(Flow.Kind kind) {
        return inputs.stream().filter(Objects::nonNull).filter(flow -> flow.kind() == kind).toList();
    }

    /** The same with rows of tables in the place of operands of the whole; {@code null} where one is no such rows. */
    Site withTables() {
        List<Flow> flows = new ArrayList<>(inputs);
        for (int i = 0; i < flows.size(); i++) {
            if (in(i) != null && in(i).kind() == Flow.Kind.WHOLE) {
                flows.set(i, TableRule.rows(graph, node.input(i)));
                if (flows.get(i) == null) {
                    return null;
                }
            }
        }
        return new Site(graph, node, flows);
    }

    /** Fails unless only operand {@code i} has an axis of time. */
    void onlyMoving(int i) {
        for (int other = 0; other < inputs.size(); other++) {
            if (other != i && in(other) != null && in(other).moves()) {
                throw refuse("its operand " + other + " changes with time");
            }
        }
    }

    Value add(Op op, Value... operands) {
        return graph.builder().add(node.name(), op, operands);
    }

    List<Value> addAll(Op op, List<Value> operands) {
        return graph.builder().addAll(node.name(), op, operands);
    }

    /** 0 … n − 1, as i64. */
    Value count(Dim n) {
        return add(new Range(n), number(0), extent(n), number(1));
    }

    /** An extent as an i64 scalar. */
    Value extent(Dim n) {
        return add(new Extents(List.of(n), true));
    }

    /** An i64 scalar. */
    static Value number(long value) {
        return Value.constant(Long.toString(value), Literal.scalar(value));
    }

    /** This call's frames of a value. */
    Dim frames(Emission emission, Dim total) {
        return timeline().frames(emission, total);
    }

    /**
     * The node's output {@code i} as it is in time.
     *
     * @throws UnsupportedOpException where another of its axes depends on the length of the whole
     */
    Flow output(int i, Value value, int axis, Emission emission) {
        ValueType whole = node.outputs().get(i).type();
        for (int other = 0; other < whole.rank(); other++) {
            if (other != axis && graph.hasLength(whole.dim(other))) {
                throw refuse("its output " + whole + " depends on the length of the whole on axis " + other);
            }
        }
        requireOpen(whole.dim(axis));
        return flow(value, axis, emission, whole.dim(axis));
    }

    /** Fails where the model states the same number of frames for sequences of any length. */
    void requireOpen(Dim total) {
        if (!graph.hasLength(total)) {
            throw refuse("it takes sequences of " + total + (total.is(1) ? " frame" : " frames") + " alone");
        }
    }

    /** A value of some frames, with their number written as the timeline writes it. */
    Flow flow(Value value, int axis, Emission emission, Dim total) {
        Dim frames = frames(emission, total);
        Value written = value.dim(axis).equals(frames)
                ? value
                : add(new Reshape(StreamGraph.with(value.shape(), axis, frames)), value);
        return graph.note(Flow.frames(written, axis, emission, total));
    }

    /** The only output, in the time of operand {@code in}. */
    List<Flow> pass(Flow in, int axis, Value value) {
        return List.of(output(0, value, axis, in.emission()));
    }

    /** The node as it is; all its outputs in the time of operand {@code in}, each with its own axis. */
    List<Flow> copy(Flow in, Op op, int... axes) {
        List<Value> values = addAll(op, values());
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            flows.add(output(i, values.get(i), axes[i], in.emission()));
        }
        return flows;
    }

    /** The error for what cannot be streamed; to be thrown. */
    UnsupportedOpException refuse(String reason) {
        return new UnsupportedOpException(
                node.name(), node.op().name(),
                "cannot be streamed: " + reason);
    }

    /** The error for what needs all of the future; to be thrown. */
    UnsupportedOpException unbounded(String reason) {
        return refuse(reason + ", so it looks into an unbounded future");
    }
}
