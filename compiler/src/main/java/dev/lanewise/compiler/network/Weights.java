package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.ShapeException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The weights of a network, and of those beside it that share them, by their names. The values of a new one depend
 * on the seed and its name alone, not on what was made before it.
 */
final class Weights {

    /**
     * One weight.
     *
     * @param value a constant
     * @param trained whether training changes it
     */
    record Weight(Value value, boolean trained) {}

    private final long seed;
    private final boolean complete;
    private final Map<String, Weight> byName;

    Weights(long seed) {
        this(seed, false, new LinkedHashMap<>());
    }

    private Weights(long seed, boolean complete, Map<String, Weight> byName) {
        this.seed = seed;
        this.complete = complete;
        this.byName = byName;
    }

    /** These, to which none are added. */
    Weights complete() {
        return new Weights(seed, true, new LinkedHashMap<>(byName));
    }

    /** These with other values, of the same extents. */
    Weights with(Map<String, Literal> values) {
        Map<String, Weight> changed = new LinkedHashMap<>(byName);
        values.forEach((name, literal) -> {
            Weight weight = changed.get(name);
            if (weight == null) {
                throw new IllegalArgumentException("there is no weight '" + name + "'; there are " + byName.keySet());
            }
            if (!literal.valueType().equals(weight.value.type())) {
                throw new ShapeException("weight '" + name + "': found " + literal.describe() + "; expected "
                        + weight.value.type());
            }
            changed.put(name, new Weight(Value.constant(name, literal), weight.trained));
        });
        return new Weights(seed, complete, changed);
    }

    Map<String, Weight> byName() {
        return byName;
    }

    long seed() {
        return seed;
    }

    /** A trained weight; made where there is none of that name. */
    Value trained(Scope scope, String name, Init init, int... shape) {
        String path = scope.path(name);
        return find(scope, path, true, shape, () -> init.literal(SeededRandom.of(seed, path), shape));
    }

    /** A constant that training leaves alone, such as a table, or keeps itself, such as running statistics. */
    Value fixed(Scope scope, String name, Supplier<Literal> literal, int... shape) {
        return find(scope, scope.path(name), false, shape, literal);
    }

    private Value find(Scope scope, String path, boolean trained, int[] shape, Supplier<Literal> literal) {
        Weight weight = byName.get(path);
        if (weight == null) {
            if (complete) {
                throw new IllegalArgumentException(scope.describe() + "there is no weight '" + path
                        + "' in the network whose weights are shared");
            }
            weight = new Weight(Value.constant(path, literal.get()), trained);
            byName.put(path, weight);
        } else if (!scope.isAgain() && !complete) {
            throw new IllegalArgumentException(scope.describe() + "there is a weight '" + path + "' already");
        }
        int[] found = weight.value.type().extents();
        if (!Arrays.equals(found, shape)) {
            throw new ShapeException(scope.describe() + "its weight '" + path + "' would have to be "
                    + Arrays.toString(shape) + " for this input; it is " + Arrays.toString(found)
                    + ", from the layer's first use");
        }
        return weight.value;
    }
}
