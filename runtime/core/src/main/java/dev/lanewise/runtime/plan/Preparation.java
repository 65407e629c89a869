package dev.lanewise.runtime.plan;

import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.step.Steps;
import dev.lanewise.runtime.team.Team;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** Makes the operands and steps of one session, or of one set of its weights; used once. */
final class Preparation {

    private final Plan plan;
    private final ProgramProto program;
    private final IntFunction<Kernels> kernels;
    private final SessionMemory memory;
    private final Operand[] operands;
    /** {@code null} where weights stay as they are. */
    private final LiveWeights live;
    /** Of the weights that are replaced. */
    private final int set;
    private int stepNumber;

    Preparation(Plan plan, ProgramProto program, IntFunction<Kernels> kernels, Team team, LiveWeights live) {
        this.plan = plan;
        this.program = program;
        this.kernels = kernels;
        this.memory = new SessionMemory(plan.extents(), plan.arenaElements(program), team);
        this.operands = new Operand[plan.tensorCount()];
        this.live = live;
        this.set = 0;
    }

    /** For the second set of weights, with all else the same. */
    private Preparation(Preparation first) {
        this.plan = first.plan;
        this.program = first.program;
        this.kernels = first.kernels;
        this.memory = first.memory;
        this.operands = first.operands.clone();
        this.live = first.live;
        this.set = 1;
        for (int t = 0; t < operands.length; t++) {
            operands[t] = live.replaces(t) ? null : operands[t];
        }
    }

    Prepared prepared() {
        List<Operand> inputs = new ArrayList<>();
        for (PortProto port : program.getInputsList()) {
            inputs.add(operand(port.getTensor()));
        }
        List<Operand> outputs = new ArrayList<>();
        for (PortProto port : program.getOutputsList()) {
            outputs.add(operand(port.getTensor()));
        }
        List<Prepared.Carried> states = new ArrayList<>();
        for (StateProto state : program.getStatesList()) {
            states.add(new Prepared.Carried(operand(state.getValue()), operand(state.getNext())));
        }
        // what the caller, or the next run, reads may be a constant that no step has asked for
        for (Operand output : outputs) {
            output.materialise();
        }
        for (Prepared.Carried carried : states) {
            carried.next().materialise();
        }
        Block body = block(program.getBody());
        Block twin = live == null ? null : new Preparation(this).block(program.getBody());
        return new Prepared(memory, inputs, outputs, states, body, twin, operands);
    }

    /** Only what the program uses gets an operand: other programs' tensors may take much memory. */
    private Operand operand(int t) {
        if (operands[t] == null && live != null && live.replaces(t)) {
            operands[t] = plan.operand(t, memory, live, set);
        } else if (operands[t] == null) {
            int owner = plan.arrayOwner(t);
            operands[t] = plan.operand(t, memory, owner == t ? null : operand(owner));
        }
        return operands[t];
    }

    private Block block(BlockProto proto) {
        Step[] steps = new Step[proto.getStepsCount()];
        Operand[][] used = new Operand[steps.length][];
        int[][] followed = new int[steps.length][];
        for (int i = 0; i < steps.length; i++) {
            StepProto step = proto.getSteps(i);
            int number = stepNumber++;
            List<Block> nested = new ArrayList<>();
            for (BlockProto block : step.getBlocksList()) {
                nested.add(block(block));
            }
            Operand[] inputs = operands(step.getInputsList());
            Operand[] outputs = operands(step.getOutputsList());
            Kernels chosen = kernels.apply(number);
            StepArgs args = new StepArgs(
                    plan.file().name(), number, step, inputs, outputs, nested, chosen, memory,
                    StepArgs.isLive(inputs) ? live.cache(chosen, set) : cache(chosen));
            steps[i] = Steps.prepare(step.getKind(), args);
            used[i] = variable(inputs, outputs);
            followed[i] = nested.isEmpty() ? extents(used[i], args.dims()) : null;
        }
        return new Block(steps, used, followed, list(proto.getParamsList()), list(proto.getResultsList()), memory);
    }

    private StepArgs.PackCache cache(Kernels chosen) {
        return new StepArgs.PackCache() {
            @Override
            public Object get(int step, int slot) {
                return plan.packed(chosen, program, step, slot);
            }

            @Override
            public Object keep(int step, int slot, Object made, Refill<?> refill) {
                return plan.keepPacked(chosen, program, step, slot, made);
            }
        };
    }

    private Operand[] operands(List<Integer> ids) {
        Operand[] result = new Operand[ids.size()];
        for (int i = 0; i < result.length; i++) {
            int id = ids.get(i);
            result[i] = id == 0 ? null : operand(id - 1);
        }
        return result;
    }

    private List<Operand> list(List<Integer> ids) {
        List<Operand> result = new ArrayList<>();
        for (int id : ids) {
            result.add(operand(id));
        }
        return result;
    }

    /** Ids of the extents of operands, and of others, that can change. */
    private int[] extents(Operand[] used, List<Integer> others) {
        Set<Integer> ids = new LinkedHashSet<>(others);
        for (Operand operand : used) {
            for (int axis = 0; axis < operand.rank(); axis++) {
                ids.add(operand.dim(axis));
            }
        }
        int[] changing = new int[ids.size()];
        int count = 0;
        for (int id : ids) {
            if (!plan.extents().isNumber(id)) {
                changing[count++] = id;
            }
        }
        return Arrays.copyOf(changing, count);
    }

    /** The operands whose extents can change. */
    private static Operand[] variable(Operand[] inputs, Operand[] outputs) {
        Set<Operand> set = new LinkedHashSet<>();
        for (Operand[] side : new Operand[][] {inputs, outputs}) {
            for (Operand operand : side) {
                if (operand != null && !operand.constant()) {
                    set.add(operand);
                }
            }
        }
        return set.toArray(new Operand[0]);
    }
}
