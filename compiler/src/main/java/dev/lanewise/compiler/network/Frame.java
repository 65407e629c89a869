package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph under construction: the network's own, or the body of a loop, which sees what is around it. A constant it
 * uses as it is; of any other value from outside it gets an input, a capture.
 */
final class Frame {

    private final Frame outer;
    private final GraphBuilder builder = new GraphBuilder(Folding.onlyIntegers());
    private final Set<Value> own = new HashSet<>();
    /** Values of the outer frame to the inputs that stand for them, in order. */
    private final Map<Value, Value> captures = new LinkedHashMap<>();

    /**
     * @param outer {@code null} for a network's own
     */
    Frame(Frame outer) {
        this.outer = outer;
    }

    Frame outer() {
        return outer;
    }

    GraphBuilder builder() {
        return builder;
    }

    Map<Value, Value> captures() {
        return captures;
    }

    Value input(String name, ValueType type) {
        return owned(builder.input(name, type));
    }

    Value inputLike(String name, Value value) {
        return owned(builder.inputLike(name, value));
    }

    Value state(String name, ValueType type) {
        return owned(builder.state(name, type));
    }

    List<Value> add(String name, Op op, List<Value> inputs) {
        List<Value> here = new ArrayList<>();
        inputs.forEach(value -> here.add(value == null ? null : here(value)));
        List<Value> outputs = builder.addAll(name, op, here);
        outputs.forEach(this::owned);
        return outputs;
    }

    /** A value as it is called here. */
    Value here(Value value) {
        if (value.isConstant() || own.contains(value)) {
            return value;
        }
        if (outer == null) {
            throw new IllegalArgumentException(
                    value + " belongs to another network, or to the body of a loop: a loop gives what it collects");
        }
        return captures.computeIfAbsent(
                outer.here(value), outside -> owned(builder.inputLike(outside.name(), outside)));
    }

    private Value owned(Value value) {
        own.add(value);
        return value;
    }
}
