package dev.lanewise.runtime;

import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.runtime.kernel.Kernels;
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
 */
record Tier(Plan plan, ProgramProto program, Kernels kernels, Set<Integer> scalarSteps, WarmUpReport warmUp)
        implements IntFunction<Kernels> {

    /** All steps on the same kernels, cold. */
    Tier(Plan plan, ProgramProto program, Kernels kernels) {
        this(plan, program, kernels, Set.of(), null);
    }

    Prepared prepare(Team team) {
        return plan.prepare(program, this, team);
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
