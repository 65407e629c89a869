package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.List;

/** Epilogues of products and convolutions in training. */
final class Epilogues {

    private Epilogues() {}

    /**
     * Adds an operation and what follows it as nodes of their own, and gives the result.
     *
     * @param plain without the epilogue
     */
    static List<Value> apart(
            GraphBuilder graph, String name, Op plain, Epilogue epilogue, List<Value> inputs) {
        List<Value> sums = graph.addAll(name, plain, inputs);
        return epilogue == Epilogue.NONE
                ? sums
                : graph.addAll(name, new Unary(epilogue.fn(), epilogue.alpha(), epilogue.beta()), sums);
    }
}
