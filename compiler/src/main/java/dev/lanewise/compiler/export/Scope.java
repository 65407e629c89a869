package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.FormatException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known in one graph, the main one or a body: the values of tensors, and of extents. */
final class Scope {

    private final Scope outer;
    private final GraphDraft graph;
    private final LaneTensors tensors;
    private final Weights weights;
    private final ExtentValues extents;
    private final Map<Integer, OnnxValue> values = new HashMap<>();

    /** The scope of the main graph. */
    Scope(LaneTensors tensors, GraphDraft graph) {
        this.outer = null;
        this.graph = graph;
        this.tensors = tensors;
        this.weights = new Weights(tensors, graph);
        this.extents = new ExtentValues(graph, null);
    }

    private Scope(Scope outer) {
        this.outer = outer;
        this.graph = new GraphDraft(outer.graph.constants());
        this.tensors = outer.tensors;
        this.weights = outer.weights;
        this.extents = new ExtentValues(graph, outer.extents);
    }

    /** A body in this scope. */
    Scope body() {
        return new Scope(this);
    }

    GraphDraft graph() {
        return graph;
    }

    LaneTensors tensors() {
        return tensors;
    }

    Weights weights() {
        return weights;
    }

    ExtentValues extents() {
        return extents;
    }

    /**
     * The value of a tensor.
     *
     * @throws FormatException where the step that should write it does not
     */
    OnnxValue value(int tensor) {
        if (tensors.isWeight(tensor)) {
            return weights.value(tensor);
        }
        OnnxValue value = values.get(tensor);
        if (value != null) {
            return value;
        }
        if (outer == null) {
            throw new FormatException(
                    tensors.plan().file().name(), "tensor '" + tensors.plan().tensorName(tensor) + "'",
                    "no step makes it");
        }
        return outer.value(tensor);
    }

    /**
     * Says what a tensor is from now on.
     *
     * @param learns whether what makes it learns extents
     */
    void define(int tensor, OnnxValue value, boolean learns) {
        List<Dim> shape = tensors.shape(tensor);
        values.put(tensor, value);
        value.wish(tensors.name(tensor));
        if (learns) {
            extents.learnt(value, shape);
        } else {
            extents.seen(value, shape);
        }
    }

    /** An input of this graph that is a tensor's value. */
    OnnxValue input(int tensor) {
        OnnxValue value = graph.input(tensors.type(tensor), tensors.shape(tensor));
        define(tensor, value, true);
        return value;
    }
}
