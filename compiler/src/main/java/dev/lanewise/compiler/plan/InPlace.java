package dev.lanewise.compiler.plan;

import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StepKind;

/** Successors of states that lie where the states do, so that nothing is moved when a run ends. */
final class InPlace {

    private InPlace() {}

    /** Lays {@code next} where {@code state} is, if the step that writes it allows that. */
    static void lay(PlanBlock body, PlanTensor state, PlanTensor next) {
        for (int i = 0; i < body.steps.size(); i++) {
            PlanStep step = body.steps.get(i);
            if (next.region == Region.ARENA && next.viewOf == null
                    && (appends(step, state, next) || updates(step, state, next) && !isUsed(body, i + 1, state))) {
                next.viewOf = state;
            }
        }
    }

    /** What a state becomes by appending to it: only what is new is written. */
    private static boolean appends(PlanStep step, PlanTensor state, PlanTensor next) {
        return step.kind == StepKind.CONCAT && step.outputs.get(0) == next && step.inputs.get(0) == state
                && next.type.shape().subList(0, step.ints.get(0)).stream().allMatch(dim -> dim.is(1));
    }

    /** An optimiser changes element by element. */
    private static boolean updates(PlanStep step, PlanTensor state, PlanTensor next) {
        boolean update = step.kind == StepKind.UPDATE || step.kind == StepKind.UPDATE_ROWS;
        int at = update ? step.outputs.indexOf(next) : -1;
        return at >= 0 && step.inputs.get(at == 0 ? 0 : 4 + at) == state && state.type.equals(next.type);
    }

    private static boolean isUsed(PlanBlock body, int from, PlanTensor state) {
        return body.steps.subList(from, body.steps.size()).stream().anyMatch(step -> uses(step, state));
    }

    private static boolean uses(PlanStep step, PlanTensor state) {
        return step.inputs.stream().anyMatch(input -> input != null && input.root() == state)
                || step.blocks.stream().anyMatch(block -> isUsed(block, 0, state));
    }
}
