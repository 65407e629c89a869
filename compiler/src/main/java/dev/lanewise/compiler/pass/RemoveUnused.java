package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import java.util.List;

/** Takes out nodes whose outputs nobody uses. Inputs stay: they are the model's interface. */
final class RemoveUnused implements Pass {

    @Override
    public Graph apply(Graph graph, CompileOptions options, List<String> notes) {
        return graph.withoutUnused();
    }
}
