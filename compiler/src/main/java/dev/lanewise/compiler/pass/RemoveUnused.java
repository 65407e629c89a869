package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;

/** Takes out nodes whose outputs nobody uses. Inputs stay: they are the model's interface. */
final class RemoveUnused implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return graph.withoutUnused();
    }
}
