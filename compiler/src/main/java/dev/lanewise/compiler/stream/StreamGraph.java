package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds the streamed graph of one timeline, node by node. Used once. */
final class StreamGraph {

    private final Graph old;
    private final Dim.Symbol length;
    private final Timeline timeline;
    private final Survey survey;
    private final int window;
    private final GraphBuilder builder = new GraphBuilder();
    private final Map<Value, Flow> flows = new HashMap<>();
    private final List<Output> outputs = new ArrayList<>();
    private final List<Carried> carried = new ArrayList<>();

    /** An output of the model, and what it is in time. */
    record Output(String name, Flow flow) {}

    /** A state that was added, by the node that needs it. */
    record Carried(String name, ValueType type) {}

    /**
     * @param length the extent of the whole sequence
     * @param survey receives the timing of all values
     * @param window keys that attention may see where the model does not say; 0 for no such limit
     */
    StreamGraph(Graph old, Dim.Symbol length, Timeline timeline, Survey survey, int window) {
        this.old = old;
        this.length = length;
        this.timeline = timeline;
        this.survey = survey;
        this.window = window;
        old.uses().keySet().stream().filter(Value::isConstant).forEach(v -> builder.folding().own(v.constant()));
    }

    /**
     * Builds it.
     *
     * @throws UnsupportedOpException naming the node that cannot be streamed
     */
    Graph build() {
        for (Graph.Port port : old.inputs()) {
            flows.put(port.value(), input(port));
        }
        for (Graph.StatePair state : old.states()) {
            requireNoLength(state.value().type(), "the state '" + state.name() + "'");
            flows.put(state.value(), Flow.still(builder.state(state.name(), state.value().type())));
        }
        for (Node node : old.nodes()) {
            List<Flow> results = Rules.apply(new Site(this, node, node.inputs().stream().map(this::flow).toList()));
            for (int i = 0; i < results.size(); i++) {
                flows.put(node.outputs().get(i), results.get(i));
            }
        }
        for (Graph.Port port : old.outputs()) {
            Flow flow = flow(port.value());
            if (flow.kind() == Flow.Kind.WHOLE) {
                throw new PlanException("--stream: the output '" + port.name() + "' depends on the length of the whole"
                        + " sequence");
            }
            outputs.add(new Output(port.name(), flow));
            builder.output(port.name(), flow.value());
        }
        for (Graph.StatePair state : old.states()) {
            Flow next = flow(state.next());
            if (next.moves() || next.kind() == Flow.Kind.WHOLE) {
                throw new PlanException("--stream: the state '" + state.name() + "' becomes " + state.next().type()
                        + ", which depends on the length of the sequence");
            }
            builder.next(state.name(), flow(state.value()).value(), next.value());
        }
        carryPosition();
        return builder.build();
    }

    private Flow input(Graph.Port port) {
        ValueType type = port.value().type();
        int axis = -1;
        for (int i = 0; i < type.rank(); i++) {
            if (length.equals(type.dim(i).asSymbol())) {
                if (axis >= 0) {
                    throw new PlanException("--stream: the input '" + port.name() + "' " + type + " has "
                            + length.name() + " on two axes");
                }
                axis = i;
            }
        }
        if (axis < 0) {
            requireNoLength(type, "the input '" + port.name() + "'");
            return Flow.still(builder.input(port.name(), type));
        }
        List<Dim> shape = with(type.shape(), axis, timeline.chunk());
        Value value = builder.input(port.name(), new ValueType(type.type(), shape));
        return note(Flow.frames(value, axis, Emission.INPUT, Dim.symbol(length.name(), length.min(), length.max())));
    }

    private void requireNoLength(ValueType type, String what) {
        if (type.shape().stream().anyMatch(this::hasLength)) {
            throw new PlanException("--stream: " + what + " is " + type + ", of the length of the whole sequence");
        }
    }

    /** Whether an extent depends on the length of the whole sequence. */
    boolean hasLength(Dim dim) {
        List<Dim.Symbol> symbols = new ArrayList<>();
        dim.collectSymbols(symbols);
        return symbols.stream().anyMatch(symbol -> symbol.name().equals(length.name()));
    }

    /** A state of no elements, whose extent is the position; and the input that ends the stream. */
    private void carryPosition() {
        if (!timeline.before().isConstant()) {
            Value position = builder.state(
                    StreamAxis.POSITION, new ValueType(DType.U8, List.of(timeline.before(), Dim.ZERO)));
            Value next = builder.add(
                    StreamAxis.POSITION, new Expand(List.of(timeline.next(), Dim.ZERO)),
                    builder.constant(StreamAxis.POSITION, Literal.splat(DType.U8, 0, 1, 1)));
            builder.next(StreamAxis.POSITION, position, next);
        }
        if (!timeline.more().isConstant()) {
            builder.input(StreamAxis.MORE, new ValueType(DType.U8, List.of(timeline.more())));
        }
    }

    /** What a value of the old graph is; {@code null} for none. */
    Flow flow(Value value) {
        return value == null ? null : value.isConstant() ? Flow.still(value) : flows.get(value);
    }

    /** Takes note of a flow's timing. */
    Flow note(Flow flow) {
        survey.add(flow.emission(), flow.total());
        return flow;
    }

    GraphBuilder builder() {
        return builder;
    }

    Timeline timeline() {
        return timeline;
    }

    Survey survey() {
        return survey;
    }

    /** The name of the extent that is streamed. */
    String length() {
        return length.name();
    }

    /** The bound of that extent. */
    long longest() {
        return length.max();
    }

    /** Whether a value is computed from what the model carries itself. */
    boolean fromStates(Value value) {
        return old.states().stream().anyMatch(state -> value.sources().contains(state.name()));
    }

    /**
     * What a value of the whole sequence is for {@code frames} frames.
     *
     * @param value of the old graph, of kind {@code WHOLE}
     */
    Literal evaluate(Value value, long frames) {
        Map<Value, Literal> values = new HashMap<>();
        Set<Node> needed = new LinkedHashSet<>();
        collect(value, needed);
        List<Node> inOrder = old.nodes().stream().filter(needed::contains).toList();
        new Graph(List.of(), List.of(), List.of(), inOrder).evaluate(values, Map.of(length.name(), frames));
        return values.get(value);
    }

    private static void collect(Value value, Set<Node> into) {
        if (value != null && value.producer() != null && into.add(value.producer())) {
            value.producer().inputs().forEach(input -> collect(input, into));
        }
    }

    /** Keys that attention may see where the model does not say; 0 for no such limit. */
    int window() {
        return window;
    }

    /** What the model gives, in its order. */
    List<Output> outputs() {
        return outputs;
    }

    /** States that were added. */
    List<Carried> carried() {
        return carried;
    }

    /** A new state, all zeros before the first call; complete it with {@code builder().next}. */
    Value state(Node node, ValueType type) {
        String name = node.name() + " (" + (carried.size() + 1) + ")";
        for (Dim dim : type.shape()) {
            if (!dim.isConstant() && (dim.asSymbol() == null || dim.asSymbol().learnt())) {
                throw new UnsupportedOpException(node.name(), node.op().name(), "cannot be streamed: what it carries"
                        + " would have the extent " + dim + "; fix it with --dim");
            }
        }
        carried.add(new Carried(name, type));
        return builder.state(name, type);
    }

    /** A shape with another extent along an axis. */
    static List<Dim> with(List<Dim> shape, int axis, Dim extent) {
        List<Dim> result = new ArrayList<>(shape);
        result.set(axis, extent);
        return result;
    }
}
