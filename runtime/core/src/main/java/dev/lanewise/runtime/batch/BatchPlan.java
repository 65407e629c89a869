package dev.lanewise.runtime.batch;

import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.plan.Plan;
import dev.lanewise.runtime.plan.Prepared;
import dev.lanewise.runtime.team.Team;
import java.util.function.IntFunction;

/**
 * The plan for a bounded number of streams that advance together, made from the plan for one. Immutable, and shared
 * by sessions as a {@link Plan} is. A step that has no form for many streams runs for one after the other, inside
 * its place.
 */
public final class BatchPlan {

    private final Plan plan;
    private final ProgramProto program;
    private final int streams;
    private final int most;
    /** [step] the step of the plan for one stream that it comes from. */
    private final int[] origin;

    /**
     * @param most streams that advance together in one run
     * @param maxBytes limit on what the model, one session and the streams' states take together
     * @throws PlanException where streams of this model cannot advance together, naming the step and why; or where
     *     so many need more memory than allowed
     */
    public BatchPlan(Plan one, ProgramProto program, int most, long maxBytes) {
        this.most = most;
        Variance variance = new Variance(one, program);
        BatchTensors tensors = new BatchTensors(one, most, variance);
        BatchSteps steps = new BatchSteps(one, tensors);
        int number = 0;
        for (StepProto step : program.getBody().getStepsList()) {
            steps.add(number, step, variance.varies(step));
            number += BatchSteps.count(step);
        }
        ProgramProto.Builder whole = ProgramProto.newBuilder().setName(program.getName());
        whole.addAllInputs(program.getInputsList());
        for (PortProto port : program.getOutputsList()) {
            whole.addOutputs(port.toBuilder().setTensor(output(one, tensors, steps, program, port.getTensor())));
        }
        for (StateProto state : program.getStatesList()) {
            int next = state.getNext();
            whole.addStates(state.toBuilder().setNext(tensors.isBatched(next) ? next : steps.spread(next)));
        }
        whole.setBody(BlockProto.newBuilder().addAllSteps(steps.steps()));
        ModelProto.Builder model = one.model().toBuilder().clearPrograms().clearGoldens().addPrograms(whole);
        tensors.store(model);
        this.plan = new Plan(ModelFile.derived(one.file().name(), model.build()), maxBytes);
        this.program = plan.program(program.getName());
        this.streams = tensors.streams();
        this.origin = steps.origin();
    }

    /** The tensor that callers see of an output. */
    private static int output(Plan one, BatchTensors tensors, BatchSteps steps, ProgramProto program, int tensor) {
        for (StateProto state : program.getStatesList()) {
            if (state.getValue() == tensor && tensors.isBatched(state.getNext())) {
                return state.getNext() == tensor ? tensor : steps.copyToPort(state.getNext());
            }
        }
        return one.model().getTensors(tensor).getRegion() == Region.WEIGHTS ? steps.spreadToPort(tensor) : tensor;
    }

    /** The most streams of one run. */
    public int most() {
        return most;
    }

    /** The extent that is the number of streams of a run. */
    public int streams() {
        return streams;
    }

    /** The plan, whose tensors that differ from stream to stream have the leading axis. */
    public Plan plan() {
        return plan;
    }

    /**
     * Makes a session's steps.
     *
     * @param kernels by number of the step in the plan for one stream
     */
    public Prepared prepare(IntFunction<Kernels> kernels) {
        return plan.prepare(program, step -> kernels.apply(origin[step]), Team.ALONE);
    }
}
