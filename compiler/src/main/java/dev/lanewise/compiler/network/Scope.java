package dev.lanewise.compiler.network;

import java.util.HashMap;
import java.util.Map;

/**
 * Where names are given: the network itself, or one application of a layer. Within it each name belongs to one
 * layer. Where a layer is applied again its layers are those of the first time, by their names.
 */
final class Scope {

    private final String path;
    private final Layer layer;
    private final boolean again;
    private final Map<String, Layer> children;

    private Scope(String path, Layer layer, boolean again) {
        this.path = path;
        this.layer = layer;
        this.again = again;
        this.children = new HashMap<>();
    }

    static Scope outermost() {
        return new Scope("", null, false);
    }

    /** The scope of one application of a layer. */
    Scope enter(Layer child) {
        if (child.name().isEmpty()) {
            return new Scope(path, child, again);
        }
        Layer before = children.putIfAbsent(child.name(), child);
        if (before != null && before != child) {
            throw new IllegalArgumentException("there is a layer '" + path(child.name()) + "' already, " + before
                    + "; to share its weights apply that object again, else choose another name");
        }
        return new Scope(path(child.name()), child, again || before != null);
    }

    /** Whether this is an application of that layer, whose own functions may call each other. */
    boolean isOf(Layer other) {
        return layer == other;
    }

    /** Whether the layer was applied before, so that its weights are there. */
    boolean isAgain() {
        return again;
    }

    String path() {
        return path;
    }

    /** The full name of what is called {@code name} here. */
    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The layer for messages. */
    String describe() {
        return layer == null ? "" : "layer '" + path + "' (" + layer.kind() + "): ";
    }
}
