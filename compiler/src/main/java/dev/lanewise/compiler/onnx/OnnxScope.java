package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.LanewiseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names and their values in one ONNX graph. A body sees the names of the graphs around it: a constant
 * as it is, any other value as a capture, which becomes an input of the body.
 */
final class OnnxScope {

    private final OnnxScope outer;
    private final GraphBuilder builder;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, OnnxSequence> sequences = new HashMap<>();
    /** Outputs of nodes that could not be converted, and why; what uses them is not tried. */
    private final Map<String, LanewiseException> failures = new HashMap<>();
    /** Outer values to the body's inputs that stand for them, in order. */
    private final Map<Value, Value> captures = new LinkedHashMap<>();
    private final Map<String, List<Dim>> declared = new HashMap<>();

    /** A body's scope. */
    OnnxScope(OnnxScope outer) {
        this(outer, new GraphBuilder(outer.builder.folding()));
    }

    /** That of a model. */
    OnnxScope(Folding folding) {
        this(null, new GraphBuilder(folding));
    }

    private OnnxScope(OnnxScope outer, GraphBuilder builder) {
        this.outer = outer;
        this.builder = builder;
    }

    /** The scope of a body whose nodes become nodes of the graph around it. */
    static OnnxScope inline(OnnxScope outer) {
        return new OnnxScope(outer, outer.builder);
    }

    GraphBuilder builder() {
        return builder;
    }

    void define(String name, Value value) {
        values.put(name, value);
    }

    void define(String name, OnnxSequence sequence) {
        sequences.put(name, sequence);
    }

    /** The sequence of a name, {@code null} where there is none. */
    OnnxSequence findSequence(String name) {
        OnnxSequence sequence = sequences.get(name);
        if (sequence != null || outer == null || values.containsKey(name)) {
            return sequence;
        }
        OnnxSequence outside = outer.findSequence(name);
        return outside == null ? null : outside.map(this::capture);
    }

    void fail(String name, LanewiseException cause) {
        failures.put(name, cause);
    }

    boolean hasFailed(String name) {
        return failure(name) != null;
    }

    /** Why there is no value of that name: the problem of what would have computed it; {@code null} for none. */
    LanewiseException failure(String name) {
        LanewiseException here = failures.get(name);
        if (here != null || outer == null || values.containsKey(name) || sequences.containsKey(name)) {
            return here;
        }
        return outer.failure(name);
    }

    boolean knows(String name) {
        return values.containsKey(name) || outer != null && outer.knows(name);
    }

    /** The value of a name, {@code null} where there is none. */
    Value find(String name) {
        Value value = values.get(name);
        if (value != null || outer == null || sequences.containsKey(name)) {
            return value;
        }
        Value outside = outer.find(name);
        return outside == null ? null : capture(outside);
    }

    /** A value of the graphs around this one, as it is called here. */
    Value capture(Value outside) {
        if (outside.isConstant() || builder == outer.builder) {
            return outside;
        }
        return captures.computeIfAbsent(outside, value -> builder.inputLike(value.name(), value));
    }

    /** Outer values that the body uses, and its inputs for them. */
    Map<Value, Value> captures() {
        return captures;
    }

    void declareShape(String name, List<Dim> shape) {
        declared.put(name, shape);
    }

    /** The extents that the model states for a value, or {@code null}. */
    List<Dim> declaredShape(String name) {
        return declared.get(name);
    }
}
