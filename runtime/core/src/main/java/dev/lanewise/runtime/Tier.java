package dev.lanewise.runtime;

import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.plan.LiveWeights;
import dev.lanewise.runtime.plan.Plan;
import dev.lanewise.runtime.plan.Prepared;
import dev.lanewise.runtime.scalar.ScalarKernels;
import dev.lanewise.runtime.team.Team;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A choice of kernels for each step of a model. Sessions compare tiers by identity and prepare their
 * steps anew when their model has moved to another.
 *
 * @param scalarSteps numbers of the steps that stay with their scalar twin
 * @param warmUp how the kernels got hot; {@code null} where they are cold
 * @param live weights that are replaced while sessions run; {@code null} where none are
 */
record Tier(
        Plan plan, ProgramProto program, Kernels kernels, Set<Integer> scalarSteps, WarmUpReport warmUp,
        LiveWeights live)
        implements IntFunction<Kernels> {

    /** On weights that stay as they are. */
    Tier(Plan plan, ProgramProto program, Kernels kernels, Set<Integer> scalarSteps, WarmUpReport warmUp) {
        this(plan, program, kernels, scalarSteps, warmUp, null);
    }

    /** All steps on the same kernels, cold. */
    Tier(Plan plan, ProgramProto program, Kernels kernels) {
        this(plan, program, kernels, Set.of(), null);
    }

    /** The same on weights that are replaced. */
    Tier on(LiveWeights newLive) {
        return new Tier(plan, program, kernels, scalarSteps, warmUp, newLive);
    }

    Prepared prepare(Team team) {
        return live == null ? plan.prepare(program, this, team) : plan.prepare(program, this, team, live);
    }

    /** The kernels of a step. */
    @Override
    public Kernels apply(int step) {
        return scalarSteps.contains(step) ? ScalarKernels.INSTANCE : kernels;
    }

    String name() {
        return kernels.name();
    }
}
