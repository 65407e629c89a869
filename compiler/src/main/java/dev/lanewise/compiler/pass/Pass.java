package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import java.util.List;

/** A change of a graph into one that computes the same. */
interface Pass {

    /**
     * @param notes receives what people should know
     */
    Graph apply(Graph graph, CompileOptions options, List<String> notes);
}
