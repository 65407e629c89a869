package dev.lanewise.compiler.network;

/**
 * A part of a network with a name and, mostly, weights: an immutable description that any network may use. Applied
 * for the first time it gets its weights, under its name; the same object applied again uses the same weights. Two
 * layers of one name are an error.
 *
 * <p>A layer of one's own says in {@link #forward} what it computes, mostly by other layers; their names are
 * prefixed with its own, as {@code encoder.0} prefixes {@code encoder.0.attention}:
 *
 * <pre>
 * record Gated(String name, int units) implements Layer {
 *     public Tensor forward(Tensor x) {
 *         return x.then(Dense.of("gate", units).sigmoid()).times(x.then(Dense.of("value", units)));
 *     }
 * }
 * </pre>
 */
public interface Layer {

    /** What names of weights begin with; unique among the layers around it. Empty for a layer without weights. */
    String name();

    /** What it is, for people. */
    default String kind() {
        return getClass().getSimpleName();
    }

    /**
     * Adds this layer's nodes; called by {@link #apply} inside the layer's scope.
     *
     * @throws dev.lanewise.formats.ShapeException where {@code x} does not fit
     */
    Tensor forward(Tensor x);

    /**
     * Applies the layer; {@code x.then(layer)} is the same.
     *
     * @throws dev.lanewise.formats.ShapeException where {@code x} does not fit
     * @throws IllegalArgumentException where there is another layer of this name
     */
    default Tensor apply(Tensor x) {
        return x.net().within(this, () -> forward(x));
    }
}
