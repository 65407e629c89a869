package dev.lanewise.runtime.batch;

import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.plan.Plan;

/**
 * Which tensors differ from stream to stream: inputs, states, and what is computed from them; and outputs, whatever
 * they are computed from. Weights, extents as data, and what follows from these alone is one for all streams.
 */
final class Variance {

    private final Plan plan;
    /** [tensor] whether it differs. */
    final boolean[] batched;
    /** [tensor] whether the program has it at all. */
    final boolean[] used;
    /** [tensor] whether it is what a state is read from, or the same elements there under other extents. */
    final boolean[] values;

    Variance(Plan plan, ProgramProto program) {
        this.plan = plan;
        batched = new boolean[plan.tensorCount()];
        used = new boolean[plan.tensorCount()];
        values = new boolean[plan.tensorCount()];
        for (PortProto port : program.getInputsList()) {
            mark(port.getTensor());
        }
        for (PortProto port : program.getOutputsList()) {
            mark(port.getTensor());
        }
        for (StateProto state : program.getStatesList()) {
            mark(state.getValue());
            values[state.getValue()] = true;
            mark(state.getNext());
        }
        use(program.getBody());
        for (StepProto step : program.getBody().getStepsList()) {
            if (isView(step)) {
                values[step.getOutputs(0) - 1] = true;
            }
            if (varies(step)) {
                for (int output : step.getOutputsList()) {
                    if (output != 0) {
                        mark(output - 1);
                    }
                }
            }
        }
    }

    /** Whether a step gives a state's value other extents where it lies. */
    private boolean isView(StepProto step) {
        if (step.getKind() != StepKind.RESHAPE || step.getInputsCount() != 1 || step.getOutputsCount() != 1
                || step.getInputs(0) == 0 || step.getOutputs(0) == 0) {
            return false;
        }
        int from = step.getInputs(0) - 1;
        int to = step.getOutputs(0) - 1;
        return values[from] && region(to) == Region.STATE && plan.offset(to) == plan.offset(from)
                && plan.capacity(to) == plan.capacity(from) && plan.type(to).storage() == plan.type(from).storage();
    }

    private Region region(int t) {
        return plan.model().getTensors(t).getRegion();
    }

    private void mark(int t) {
        used[t] = true;
        batched[t] = region(t) != Region.WEIGHTS;
    }

    private void use(BlockProto block) {
        block.getParamsList().forEach(this::use);
        block.getResultsList().forEach(this::use);
        for (StepProto step : block.getStepsList()) {
            step.getInputsList().forEach(id -> use(id - 1));
            step.getOutputsList().forEach(id -> use(id - 1));
            step.getBlocksList().forEach(this::use);
        }
    }

    private void use(int t) {
        if (t >= 0) {
            used[t] = true;
            batched[t] |= region(t) == Region.STATE;
        }
    }

    /** Whether a step computes something else for each stream. */
    boolean varies(StepProto step) {
        if (step.getKind() == StepKind.RANDOM) {
            return true;
        }
        for (int input : step.getInputsList()) {
            if (input != 0 && batched[input - 1]) {
                return true;
            }
        }
        return reads(step);
    }

    private boolean reads(StepProto step) {
        for (BlockProto block : step.getBlocksList()) {
            for (int result : block.getResultsList()) {
                if (batched[result]) {
                    return true;
                }
            }
            for (StepProto nested : block.getStepsList()) {
                if (varies(nested)) {
                    return true;
                }
            }
        }
        return false;
    }
}
