package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.compiler.pass.Passes;
import dev.lanewise.compiler.plan.Emitter;

/**
 * What computing activations anew saves and costs.
 *
 * @param keeping bytes of the arena of the program that would keep them
 * @param recomputing bytes of the arena of the one that computes them anew
 * @param multiplyAdds that it does more in a step, at the bounds of extents
 * @param share of those of a pass forwards
 */
public record RecomputeCost(long keeping, long recomputing, double multiplyAdds, double share) {

    /** Key of the line among a file's metadata. */
    public static final String KEY = "recompute";

    /** Plans both programs. */
    public static RecomputeCost of(TrainingGraphs keeping, TrainingGraphs recomputing) {
        Graph train = Passes.training(recomputing.train());
        double more = Recomputation.multiplyAddsAgain(train);
        double forwards = Recomputation.multiplyAdds(Passes.training(recomputing.evaluate()));
        return new RecomputeCost(
                arena(keeping, Passes.training(keeping.train())), arena(recomputing, train), more,
                more / Math.max(1, forwards));
    }

    private static long arena(TrainingGraphs graphs, Graph train) {
        return new Emitter().add(Emitter.TRAIN, train, graphs.initials()).arenaBytes();
    }

    public boolean saves() {
        return recomputing < keeping;
    }

    /** One line for people. */
    @Override
    public String toString() {
        if (!saves()) {
            return "recomputing would save nothing: activations are kept";
        }
        return "recomputing: " + Sizes.bytes(recomputing) + " for activations, tape and gradients instead of "
                + Sizes.bytes(keeping) + ", for " + Sizes.count(Math.round(multiplyAdds))
                + " multiply-adds more in a step (" + Math.round(100 * share) + " % of those forwards)";
    }
}
