package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Graph;
import java.util.List;

/** The passes, in the order in which they run. */
public final class Passes {

    private static final List<Pass> PORTABLE = List.of(
            new PairStates(),
            new RemoveUnused(),
            new Simplify(),
            new RecogniseSigmoid(),
            new ShareEqual(),
            new EliminateTransposes(),
            new SimplifyViews(),
            new RemoveUnused(),
            new FoldAffine(),
            new FuseEpilogues(),
            new ShareEqual(),
            new RemoveUnused());

    private Passes() {}

    /**
     * Runs all passes.
     *
     * @param notes receives what people should know
     */
    public static Graph run(Graph graph, CompileOptions options, List<String> notes) {
        Graph current = graph;
        for (Pass pass : PORTABLE) {
            current = pass.apply(current, options, notes);
        }
        return current;
    }
}
