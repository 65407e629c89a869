package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.stream.Streaming;
import java.util.List;

/** The passes, in the order in which they run. */
public final class Passes {

    /** What says more plainly what a graph computes. */
    private static final List<Pass> PLAIN = plain(new Simplify());

    /** The same, but for what training may change: a bias of zeros stays. */
    private static final List<Pass> PLAIN_TO_BE_TRAINED = plain(Simplify.keepingWeights());

    /** What makes it faster to compute. */
    private static final List<Pass> FAST = List.of(
            new LiftCells(true),
            new AttendInPlace(),
            new FoldAffine(),
            new FuseEpilogues(),
            ShareEqual.withEqualNumbers(),
            new JoinConvolutions(),
            new CropConvolutions(),
            new EliminateTransposes(true),
            new RemoveUnused());

    /** The same, but for what would compute other weights of those that training changes. */
    private static final List<Pass> FAST_ON_TRAINED_WEIGHTS = List.of(
            new UseAsTrained(),
            new AttendInPlace(),
            new FuseEpilogues(),
            new ShareEqual(),
            new CropConvolutions(),
            new RemoveUnused());

    /** What looks at no weights. */
    private static final List<Pass> VIEWS = List.of(
            new RemoveUnused(),
            new ShareEqual(),
            new EliminateTransposes(false),
            new SimplifyViews(),
            new RemoveUnused());

    /** What gradient rules have left. */
    private static final List<Pass> TRAINING = List.of(
            new UseAsTrained(),
            new RemoveUnused(),
            new Simplify(),
            new ShareEqual(),
            new EliminateTransposes(false),
            new SimplifyViews(),
            new ShareEqual(),
            new RemoveUnused());

    private Passes() {}

    private static List<Pass> plain(Simplify simplify) {
        return List.of(
            new FuseChoices(), // loops over padded sequences choose what goes on
            new InBodies(),
            new SimplifyLoops(),
            new LiftCells(false),
            new RemoveUnused(),
            simplify,
            new ConvolutionsAsProducts(),
            new ShareEqual(),
            new FuseChoices(), // masks of attention choose what is seen
            new FuseActivations(), // the gates of cells are sigmoids
            new FuseCells(),
            new JoinSteps(),
            new JoinWrites(),
            new JoinSlices(),
            new UseLastState(),
            new CellsAsLoops(),
            new FuseSoftmax(),
            new FuseLayerNorm(),
            new FuseRmsNorm(),
            new RemoveUnused(),
            new JoinRotations(),
            new FuseRotary(),
            new FuseAttention(),
            new RemoveUnused(),
            new SplitCaches(),
            new CachesByTime(),
            simplify,
            new EliminateTransposes(false),
            new SimplifyViews(),
            new MergePads(),
            new RemoveUnused());
    }

    /**
     * Runs all passes.
     *
     * @param notes receives what people should know
     */
    public static Graph run(Graph graph, CompileOptions options, List<String> notes) {
        Folding folding = new Folding();
        Graph used = new UseAsTrained().apply(PairStates.apply(graph, options, notes), folding);
        Graph plain = run(PLAIN, used, folding);
        return run(FAST, Streaming.apply(plain, options, notes), folding);
    }

    /** What says more plainly what a graph computes; its weights then are those that training changes. */
    public static Graph plain(Graph graph, CompileOptions options, List<String> notes) {
        return run(PLAIN_TO_BE_TRAINED, PairStates.apply(graph, options, notes), new Folding());
    }

    /**
     * The same of a graph that was made plain, and whose weights must stay the objects that they are, whatever they
     * hold: a bias of zeros is one that training changes.
     */
    public static Graph withOwnWeights(Graph graph, CompileOptions options, List<String> notes) {
        return run(VIEWS, PairStates.apply(graph, options, notes), Folding.onlyIntegers());
    }

    /** The passes for inference on weights that training changes. */
    public static Graph onTrainedWeights(Graph plain) {
        return run(FAST_ON_TRAINED_WEIGHTS, plain, Folding.onlyIntegers());
    }

    /** The passes for a program that trains, or evaluates in between. */
    public static Graph training(Graph graph) {
        return run(TRAINING, graph, new Folding());
    }

    private static Graph run(List<Pass> passes, Graph graph, Folding folding) {
        Graph current = graph;
        for (Pass pass : passes) {
            // what is a constant by now may be moved again; once for all bodies that use it
            current.constants().forEach(folding::own);
            current = pass.apply(current, folding);
        }
        return current;
    }

    /** Runs the passes on a body. */
    static Graph runInBody(Graph body, Folding folding) {
        Graph current = body;
        for (List<Pass> passes : List.of(PLAIN, FAST)) {
            for (Pass pass : passes) {
                current = pass.apply(current, folding);
            }
        }
        return current;
    }
}
