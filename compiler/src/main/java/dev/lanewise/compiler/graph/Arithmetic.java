package dev.lanewise.compiler.graph;

import java.util.List;

/** How the nodes of a graph are computed, those of its bodies among them. */
@FunctionalInterface
public interface Arithmetic {

    /** By the reference of each operation. */
    Arithmetic REFERENCE = in -> in.node().op().evaluate(in);

    /** The outputs of a node. */
    List<Literal> evaluate(Evaluation in);
}
