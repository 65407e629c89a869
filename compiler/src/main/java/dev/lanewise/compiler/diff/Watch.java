package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.graph.Node;

/** Sees the reference go from node to node, which takes long for large models, and can end it. */
@FunctionalInterface
public interface Watch {

    /** Never ends it. */
    Watch PATIENT = (done, all, next) -> true;

    /** Whether {@code next} is to be evaluated, after {@code done} nodes of {@code all}. */
    boolean goesOn(int done, int all, Node next);
}
