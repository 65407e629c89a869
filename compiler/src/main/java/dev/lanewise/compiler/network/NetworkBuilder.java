package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Builds a {@link Network}: inputs, then what layers and functions make of them, then outputs and losses. What does
 * not fit is refused by the call that adds it. For one thread.
 */
public final class NetworkBuilder {

    private final Weights weights;
    private final Summary summary = new Summary();
    private final Map<Layer, String> paths = new IdentityHashMap<>();
    private final Map<String, Integer> draws = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> targets = new LinkedHashSet<>();
    private final Set<String> losses = new LinkedHashSet<>();
    private final List<Graph.Port> outputs = new ArrayList<>();
    private Frame frame = new Frame(null);
    private Scope scope = Scope.outermost();

    NetworkBuilder(Weights weights) {
        this.weights = weights;
    }

    /** What the network is given: {@code f32} values, or {@code i32} ids and lengths. */
    public Tensor input(String name, DType type, Dim... shape) {
        claim(name);
        return tensor(frame.input(name, new ValueType(type, List.of(shape))));
    }

    /** What a loss compares with; an input while training, and none of {@link Network#inference()}. */
    public Tensor target(String name, DType type, Dim... shape) {
        targets.add(name);
        return input(name, type, shape);
    }

    /** A value carried from call to call, 0 at first; {@link #next} says what it becomes. */
    public Tensor state(String name, DType type, Dim... shape) {
        claim(name);
        return tensor(frame.state(name, new ValueType(type, List.of(shape))));
    }

    /** What a state is in the next call: of the same type, or longer along an axis whose extent is a symbol. */
    public void next(String name, Tensor state, Tensor next) {
        if (!Graph.StatePair.canBecome(state.value(), next.value())) {
            throw new ShapeException("state '" + name + "': found " + next + "; expected " + state);
        }
        frame.builder().next(name, state.value(), frame.here(next.value()));
    }

    /** What callers read. */
    public void output(String name, Tensor value) {
        claim(name);
        outputs.add(new Graph.Port(name, frame.here(value.value())));
    }

    /** A number that training makes small; an output while training, and none of {@link Network#inference()}. */
    public void loss(String name, Tensor value) {
        if (value.rank() != 0) {
            throw new ShapeException("loss '" + name + "': found " + value + "; expected a scalar, such as a mean");
        }
        losses.add(name);
        output(name, value);
    }

    /**
     * The network.
     *
     * @throws IllegalArgumentException where an output needs a target
     */
    public Network build() {
        for (Graph.Port port : outputs) {
            Set<String> sources = port.value().sources();
            sources.retainAll(targets);
            if (!losses.contains(port.name()) && !sources.isEmpty()) {
                throw new IllegalArgumentException("output '" + port.name() + "' needs the targets " + sources
                        + ", which are there for losses alone; declare them as inputs");
            }
            frame.builder().output(port.name(), port.value());
        }
        outputs.clear();
        return new Network(frame.builder().build().withoutUnused(), Set.copyOf(losses), weights, summary);
    }

    void claim(String name) {
        if (frame.outer() != null) {
            throw new IllegalArgumentException("'" + name + "' cannot be declared in the body of a loop");
        }
        if (!names.add(name)) {
            throw new IllegalArgumentException("there is an input, output or state '" + name + "' already");
        }
    }

    // For layers

    /** A weight of the layer being applied; made at its first use. */
    public Tensor weight(String name, Init init, int... shape) {
        return tensor(weights.trained(scope, name, init, shape));
    }

    /** A constant of the layer being applied that is not trained, such as a table; made at its first use. */
    public Tensor fixed(String name, Supplier<Literal> literal, int... shape) {
        return tensor(weights.fixed(scope, name, literal, shape));
    }

    /**
     * A weight of another layer, to be used here too.
     *
     * @throws IllegalArgumentException where that layer was not applied yet, or has no such weight
     */
    public Tensor weightOf(Layer layer, String name) {
        String path = paths.get(layer);
        Weights.Weight weight = path == null ? null : weights.byName().get(path + "." + name);
        if (weight == null) {
            throw new IllegalArgumentException(scope.describe() + "the layer '" + layer.name() + "' has no weight '"
                    + name + "' yet; apply it first");
        }
        return tensor(weight.value());
    }

    /** A seed from the network's, the name of the layer being applied, and how many it had before. */
    long seed() {
        int draw = draws.merge(scope.path(), 1, Integer::sum);
        return SeededRandom.mix(weights.seed(), scope.path() + "#" + draw);
    }

    /**
     * Adds what a layer consists of inside its scope, where names of weights begin with the layer's.
     *
     * @param body adds the nodes, and gives their results
     */
    public <T> T within(Layer layer, Supplier<T> body) {
        if (scope.isOf(layer)) {
            return body.get();
        }
        Scope outside = scope;
        scope = outside.enter(layer);
        paths.put(layer, scope.path());
        try {
            int row = summary.begin(scope, layer);
            T result = body.get();
            summary.end(row, result);
            return result;
        } finally {
            scope = outside;
        }
    }

    /** The full name of what is called {@code name} within the layer being applied. */
    String path(String name) {
        return scope.path(name);
    }

    /** Adds an operation and gives its first output. */
    public Tensor add(Op op, Tensor... inputs) {
        return addAll(op, inputs).get(0);
    }

    /**
     * Adds an operation.
     *
     * @param inputs {@code null} for absent ones
     */
    public List<Tensor> addAll(Op op, Tensor... inputs) {
        List<Value> values = Arrays.stream(inputs).map(input -> input == null ? null : input.value()).toList();
        String name = scope.path().isEmpty() ? op.name() : scope.path();
        return frame.add(name, op, values).stream().map(this::tensor).toList();
    }

    /** A constant. */
    public Tensor constant(Literal literal) {
        return tensor(Value.constant(scope.path("constant"), literal));
    }

    /** The error for an input that the layer being applied cannot take; to be thrown. */
    public ShapeException misfit(String found, String expected) {
        return new ShapeException(scope.describe() + "found " + found + "; expected " + expected);
    }

    Tensor tensor(Value value) {
        return new Tensor(this, value);
    }

    Frame frame() {
        return frame;
    }

    /** Goes on inside the body of a loop, or outside again. */
    void goTo(Frame other) {
        frame = other;
    }
}
