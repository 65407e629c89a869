package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;

/** A change of a graph, or of a body, into one that computes the same. */
interface Pass {

    /**
     * @param folding how much may be computed on the way
     */
    Graph apply(Graph graph, Folding folding);
}
