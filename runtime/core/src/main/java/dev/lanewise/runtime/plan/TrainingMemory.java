package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.runtime.kernel.Kernels;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What training takes in memory, as planned when the model was compiled: bytes by what they are for. That is all that a
 * {@code Trainer} and its sessions hold, besides the loaded file; batches are counted once, and are kept twice where
 * they
 * are prefetched; weights kept as the best take the parameters' bytes once more.
 */
public final class TrainingMemory {

    private static final String TRAIN = "train";
    private static final String EVALUATE = "evaluate";
    private static final String UPDATE = "update";
    private static final String SLOT = "/slot";
    private static final String SUM = "/sum";
    private static final String AVERAGE = "/average";

    private final Plan plan;
    private final Map<String, Long> parts = new LinkedHashMap<>();

    private TrainingMemory(Plan plan) {
        this.plan = plan;
    }

    /**
     * Bytes by name.
     *
     * @throws PlanException where the model cannot be trained
     */
    public static Map<String, Long> of(Plan plan) {
        return new TrainingMemory(plan).parts();
    }

    private Map<String, Long> parts() {
        ProgramProto train = plan.program(TRAIN);
        ProgramProto evaluate = plan.program(EVALUATE);
        ProgramProto update = plan.hasProgram(UPDATE) ? plan.program(UPDATE) : null;
        states(update == null ? train : update, true);
        if (update != null) {
            states(train, false);
        }
        add("activations, tape and gradients", bytes(plan.arenaElements(train)));
        if (update != null) {
            add("activations, tape and gradients", bytes(plan.arenaElements(update)));
        }
        add("evaluation: weights", bytes(plan.stateElements(evaluate)));
        add("evaluation: activations", bytes(plan.arenaElements(evaluate)));
        long initial = 0;
        for (StateProto state : evaluate.getStatesList()) {
            initial += state.getInitial() > 0 ? tensor(state.getValue()) : 0;
        }
        add("weights to begin with", initial);
        add("inputs and outputs", ports(train) + ports(evaluate) + (update == null ? 0 : ports(update)));
        long batch = 0;
        for (PortProto port : train.getInputsList()) {
            batch += tensor(port.getTensor());
        }
        add("a batch", batch);
        add("scratch of kernels", (update == null ? 2 : 3) * 4L * Kernels.SCRATCH_FLOATS);
        return parts;
    }

    /** @param updates whether it is the program that changes the weights */
    private void states(ProgramProto program, boolean updates) {
        long named = 0;
        for (StateProto state : program.getStatesList()) {
            String name = state.getName();
            long bytes = tensor(state.getValue());
            named += bytes;
            if (name.contains(SLOT) || name.startsWith("train/")) {
                add("optimiser", bytes);
            } else if (name.endsWith(SUM)) {
                add("gradients added up", bytes);
            } else if (name.endsWith(AVERAGE)) {
                add("averages of weights", bytes);
            } else if (state.getInitial() > 0) {
                add(updates ? "weights" : "weights, while gradients are added up", bytes);
            } else {
                add("states of the model", bytes);
            }
        }
        long gaps = bytes(plan.stateElements(program)) - named;
        if (gaps > 0) {
            add("alignment of all these", gaps);
        }
    }

    private void add(String name, long bytes) {
        if (bytes > 0) {
            parts.merge(name, bytes, Long::sum);
        }
    }

    private long tensor(int tensor) {
        return (long) plan.capacity(tensor) * plan.type(tensor).bytes();
    }

    /** Arrays of inputs and outputs; those that share one count once. */
    private long ports(ProgramProto program) {
        Set<Integer> owners = new HashSet<>();
        program.getInputsList().forEach(port -> owners.add(port.getTensor()));
        program.getOutputsList().forEach(port -> owners.add(port.getTensor()));
        long bytes = 0;
        for (int tensor : owners) {
            boolean isPort = plan.model().getTensors(tensor).getRegion() == Region.PORT;
            bytes += isPort && plan.model().getTensors(tensor).getOffset() == tensor ? tensor(tensor) : 0;
        }
        return bytes;
    }

    private static long bytes(int[] elements) {
        long bytes = 0;
        for (DType.Storage storage : DType.Storage.values()) {
            bytes += (long) elements[storage.ordinal()] * switch (storage) {
                case DOUBLES, LONGS -> 8;
                case FLOATS, INTS -> 4;
                case SHORTS -> 2;
                case BYTES -> 1;
            };
        }
        return bytes;
    }
}
