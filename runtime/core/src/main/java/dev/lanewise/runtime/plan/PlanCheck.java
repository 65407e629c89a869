package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.formats.proto.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks a plan independently of whoever made it: ids point at tensors, every tensor is written
 * before it is read, and no two tensors that are alive at the same time share memory of the arena.
 * The memory planner's tests and the loader both run it.
 */
public final class PlanCheck {

    /** Steps whose output may be exactly an input of the same extents that dies with the step. */
    public static final Set<StepKind> IN_PLACE = EnumSet.of(
            StepKind.UNARY, StepKind.BINARY, StepKind.WHERE, StepKind.SOFTMAX, StepKind.LAYER_NORM,
            StepKind.RMS_NORM);

    /** Steps for which that holds of their first input alone: they change a few elements of it. */
    public static final Set<StepKind> IN_PLACE_OF_FIRST = EnumSet.of(
            StepKind.SCATTER_ELEMENTS, StepKind.SCATTER_ND);

    private static final int NEVER = -1;

    private final Plan plan;
    private final ProgramProto program;
    private final String field;
    /** [tensor] the tensor whose memory it is a view of; itself for most. */
    private final int[] root;
    /** [root] position of the first write, and of the last use. */
    private final int[] first;
    private final int[] last;
    private final boolean[] written;
    private final int[] arenaElements;
    private final int[] stateElements;
    /** [tensor] the step that writes it first, {@code null} where none does. */
    private final StepProto[] writer;
    /** Tensors first written inside the blocks that are being walked. */
    private final List<Integer> inBlocks = new ArrayList<>();
    private int blockDepth;
    private int steps;
    /** Positions count the beginning and the end of every step. */
    private int position;

    private PlanCheck(Plan plan, ProgramProto program, String field) {
        this.plan = plan;
        this.program = program;
        this.field = field;
        this.arenaElements = plan.arenaElements(program);
        this.stateElements = plan.stateElements(program);
        int n = plan.tensorCount();
        root = new int[n];
        first = new int[n];
        last = new int[n];
        written = new boolean[n];
        writer = new StepProto[n];
        for (int t = 0; t < n; t++) {
            root[t] = t;
        }
        Arrays.fill(first, NEVER);
        Arrays.fill(last, NEVER);
    }

    /**
     * Checks every program.
     *
     * @throws FormatException naming the first fault
     */
    public static void check(Plan plan) {
        List<ProgramProto> programs = plan.model().getProgramsList();
        Set<String> names = new HashSet<>();
        for (int p = 0; p < programs.size(); p++) {
            String field = "programs[" + p + "]";
            if (!names.add(programs.get(p).getName())) {
                throw plan.bad(field, "a second program '" + programs.get(p).getName() + "'");
            }
            new PlanCheck(plan, programs.get(p), field).check();
        }
        plan.program("infer");
    }

    private void check() {
        ports("inputs", program.getInputsList());
        ports("outputs", program.getOutputsList());
        for (int t = 0; t < root.length; t++) {
            Region region = plan.model().getTensors(t).getRegion();
            written[t] = region == Region.WEIGHTS || region == Region.STATE;
        }
        for (PortProto input : program.getInputsList()) {
            markWritten(input.getTensor());
        }
        for (StateProto state : program.getStatesList()) {
            checkState(state);
        }
        statesApart();
        walk(field + ".body", program.getBody(), 0);
        for (PortProto output : program.getOutputsList()) {
            read(field + ".outputs", output.getTensor());
        }
        for (StateProto state : program.getStatesList()) {
            read(field + ".states", state.getNext());
        }
        overlaps();
    }

    private void ports(String side, List<PortProto> ports) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            PortProto port = ports.get(i);
            String at = field + "." + side + "[" + i + "]";
            int t = tensor(at, port.getTensor());
            if (!names.add(port.getName()) || port.getName().length() > Limits.NAME_BYTES) {
                throw plan.bad(at, "a name twice, or too long");
            }
            if (side.equals("inputs") && plan.model().getTensors(t).getRegion() != Region.PORT) {
                throw plan.bad(at, "not in the region PORT");
            }
            if (side.equals("outputs") && plan.model().getTensors(t).getRegion() == Region.ARENA) {
                throw plan.bad(at, "in the arena, where others overwrite it");
            }
        }
    }

    private void checkState(StateProto state) {
        String at = field + ".states";
        int value = tensor(at, state.getValue());
        int next = tensor(at, state.getNext());
        if (plan.model().getTensors(value).getRegion() != Region.STATE) {
            throw plan.bad(at, "the value of '" + state.getName() + "' is not in the region STATE");
        }
        if (plan.type(value) != plan.type(next) || plan.dims(value).length != plan.dims(next).length) {
            throw plan.bad(at, "the value of '" + state.getName() + "' and its successor differ in type or rank");
        }
        if (state.getInitial() != 0) {
            int initial = tensor(at, state.getInitial() - 1);
            if (plan.model().getTensors(initial).getRegion() != Region.WEIGHTS || plan.type(initial) != plan.type(value)
                    || !Arrays.equals(plan.dims(initial), plan.dims(value))) {
                throw plan.bad(at, "'" + state.getName() + "' begins with what is no weight of its type and extents");
            }
        }
        for (int dim : plan.dims(value)) {
            if (!plan.extents().isNumber(dim) && !plan.extents().isSymbol(dim)) {
                throw plan.bad(at, "'" + state.getName() + "' has an extent that is neither a number nor a symbol");
            }
        }
    }

    /**
     * Values become their successors one after another, so that none may lie in another's way. A
     * successor may lie where its own value does: a cache that grows in place.
     */
    private void statesApart() {
        List<int[]> taken = new ArrayList<>(); // storage, begin, end
        for (StateProto state : program.getStatesList()) {
            int[] value = stretch(state.getValue());
            int[] next = stretch(state.getNext());
            taken.add(value);
            if (plan.model().getTensors(state.getNext()).getRegion() != Region.STATE) {
                continue;
            }
            if (next[1] == value[1]) {
                value[2] = Math.max(value[2], next[2]);
            } else {
                taken.add(next);
            }
        }
        for (DType.Storage storage : DType.Storage.values()) {
            TreeMap<Integer, Integer> ends = new TreeMap<>();
            for (int[] stretch : taken) {
                if (stretch[0] == storage.ordinal() && stretch[1] < stretch[2]) {
                    requireFree(ends, stretch[1], stretch[2]);
                    ends.put(stretch[1], stretch[2]);
                }
            }
        }
    }

    private void requireFree(TreeMap<Integer, Integer> ends, int begin, int end) {
        Map.Entry<Integer, Integer> below = ends.floorEntry(begin);
        Integer above = ends.ceilingKey(begin);
        if (below != null && below.getValue() > begin || above != null && above < end) {
            throw plan.bad(field + ".states", "two states share element "
                    + (below != null && below.getValue() > begin ? begin : above) + " of their region");
        }
    }

    private int[] stretch(int t) {
        return new int[] {plan.type(t).storage().ordinal(), offset(t), offset(t) + plan.capacity(t)};
    }

    /** Also whether the tensor lies inside its region, which is as large as this program says. */
    private int tensor(String at, int id) {
        if (id < 0 || id >= root.length) {
            throw plan.bad(at, "refers to tensor " + Integer.toUnsignedString(id) + " of " + root.length);
        }
        Region region = plan.model().getTensors(id).getRegion();
        int[] elements = region == Region.ARENA ? arenaElements : region == Region.STATE ? stateElements : null;
        if (elements != null) {
            int available = elements[plan.type(id).storage().ordinal()];
            long end = (long) offset(id) + plan.capacity(id);
            if (end > available) {
                throw plan.bad(at, "tensor '" + plan.tensorName(id) + "' ends at element " + end + " of " + available
                        + " in its region");
            }
        }
        return id;
    }

    private void walk(String at, BlockProto block, int depth) {
        if (depth > Limits.BLOCK_DEPTH) {
            throw plan.bad(at, "blocks nested deeper than " + Limits.BLOCK_DEPTH);
        }
        for (int param : block.getParamsList()) {
            int t = tensor(at + ".params", param);
            if (plan.model().getTensors(t).getRegion() != Region.ARENA) {
                throw plan.bad(at + ".params", "tensor '" + plan.tensorName(t) + "' is not in the region ARENA");
            }
            markWritten(t);
        }
        for (int i = 0; i < block.getStepsCount(); i++) {
            step(at + ".steps[" + i + "]", block.getSteps(i), depth);
        }
        for (int result : block.getResultsList()) {
            read(at + ".results", tensor(at + ".results", result));
        }
    }

    private void step(String at, StepProto step, int depth) {
        if (++steps > Limits.STEPS) {
            throw plan.bad(at, "more than " + Limits.STEPS + " steps");
        }
        if (step.getKind() == StepKind.UNSPECIFIED || step.getKind() == StepKind.UNRECOGNIZED) {
            throw plan.bad(at, "an unknown kind of step");
        }
        int begin = ++position;
        for (int input : step.getInputsList()) {
            if (input != 0) {
                read(at, tensor(at, input - 1));
            }
        }
        for (BlockProto block : step.getBlocksList()) {
            nested(at + ".blocks", block, depth + 1);
        }
        if (step.getBlocksCount() > 0) {
            position++;
        }
        for (int output : step.getOutputsList()) {
            if (output != 0) {
                write(at, step, tensor(at, output - 1));
            }
        }
        if (step.getBlocksCount() > 0) {
            keepAlive(step, begin);
        }
    }

    /** What a block writes is known to the steps behind it only through its results. */
    private void nested(String at, BlockProto block, int depth) {
        int from = inBlocks.size();
        blockDepth++;
        walk(at, block, depth);
        blockDepth--;
        while (inBlocks.size() > from) {
            written[inBlocks.remove(inBlocks.size() - 1)] = false;
        }
    }

    private void read(String at, int t) {
        if (!written[t]) {
            throw plan.bad(at, "reads tensor '" + plan.tensorName(t) + "' before anything has written it");
        }
        last[root[t]] = Math.max(last[root[t]], position);
    }

    private void write(String at, StepProto step, int t) {
        TensorProto tensor = plan.model().getTensors(t);
        if (tensor.getRegion() == Region.WEIGHTS) {
            throw plan.bad(at, "writes the weights '" + plan.tensorName(t) + "'");
        }
        if (step.getKind() == StepKind.RESHAPE && step.getInputsCount() == 1 && step.getInputs(0) != 0) {
            int source = step.getInputs(0) - 1;
            TensorProto from = plan.model().getTensors(source);
            if (from.getRegion() == Region.ARENA && tensor.getRegion() == Region.ARENA
                    && from.getOffset() == tensor.getOffset()
                    && plan.type(source).storage() == plan.type(t).storage()
                    && plan.capacity(source) >= plan.capacity(t) && first[t] == NEVER) {
                root[t] = root[source];
            }
        }
        if (writer[t] == null) {
            writer[t] = step;
        }
        markWritten(t);
    }

    private void markWritten(int t) {
        if (!written[t] && blockDepth > 0) {
            inBlocks.add(t);
        }
        written[t] = true;
        int r = root[t];
        if (first[r] == NEVER) {
            first[r] = position;
        }
        last[r] = Math.max(last[r], position);
    }

    /**
     * What a block takes and gives, and what it reads from outside, lives until its step ends. A REPEAT
     * reads its inputs and writes its outputs all the while.
     */
    private void keepAlive(StepProto step, int begin) {
        int end = position;
        if (step.getKind() == StepKind.REPEAT) {
            for (int input : step.getInputsList()) {
                extend(input - 1, end, end);
            }
            for (int output : step.getOutputsList()) {
                extend(output - 1, begin, end);
            }
        }
        for (BlockProto block : step.getBlocksList()) {
            for (int id : block.getParamsList()) {
                extend(id, begin, end);
            }
            for (int id : block.getResultsList()) {
                extend(id, end, end);
            }
            keepOutside(block, begin, end);
        }
    }

    private void keepOutside(BlockProto block, int begin, int end) {
        for (StepProto step : block.getStepsList()) {
            for (int input : step.getInputsList()) {
                keepOutside(input - 1, begin, end);
            }
            for (BlockProto nested : step.getBlocksList()) {
                keepOutside(nested, begin, end);
                for (int result : nested.getResultsList()) {
                    keepOutside(result, begin, end);
                }
            }
        }
    }

    private void keepOutside(int t, int begin, int end) {
        if (t >= 0 && first[root[t]] < begin) {
            extend(t, end, end);
        }
    }

    private void extend(int t, int begin, int end) {
        if (t >= 0) {
            first[root[t]] = Math.min(first[root[t]], begin);
            last[root[t]] = Math.max(last[root[t]], end);
        }
    }

    /** Sweeps over time with the living tensors of each storage ordered by offset. */
    private void overlaps() {
        int[] byFirst = arenaRoots(first);
        int[] byLast = arenaRoots(last);
        @SuppressWarnings("unchecked")
        TreeMap<Integer, Integer>[] alive = new TreeMap[DType.Storage.count()];
        for (int storage = 0; storage < alive.length; storage++) {
            alive[storage] = new TreeMap<>();
        }
        int ended = 0;
        for (int t : byFirst) {
            while (ended < byLast.length && last[byLast[ended]] < first[t]) {
                remove(alive, byLast[ended++]);
            }
            insert(alive[plan.type(t).storage().ordinal()], t);
        }
    }

    /** The arena's roots by their key; counted rather than sorted, since the JDK's sort begins with lambdas. */
    private int[] arenaRoots(int[] key) {
        int[] begins = new int[position + 2]; // where the roots of each key begin
        for (int t = 0; t < root.length; t++) {
            if (isArenaRoot(t)) {
                begins[key[t] + 1]++;
            }
        }
        for (int i = 1; i < begins.length; i++) {
            begins[i] += begins[i - 1];
        }
        int[] tensors = new int[begins[position + 1]];
        for (int t = 0; t < root.length; t++) {
            if (isArenaRoot(t)) {
                tensors[begins[key[t]]++] = t;
            }
        }
        return tensors;
    }

    private boolean isArenaRoot(int t) {
        return root[t] == t && first[t] != NEVER && plan.capacity(t) > 0
                && plan.model().getTensors(t).getRegion() == Region.ARENA;
    }

    private void remove(TreeMap<Integer, Integer>[] alive, int t) {
        alive[plan.type(t).storage().ordinal()].remove(offset(t), t);
    }

    private void insert(TreeMap<Integer, Integer> alive, int t) {
        Integer same = alive.get(offset(t));
        if (same != null && last[same] == first[t] && takesPlaceOf(t, same)) {
            alive.put(offset(t), t);
            return;
        }
        Map.Entry<Integer, Integer> below = alive.floorEntry(offset(t));
        Map.Entry<Integer, Integer> above = alive.ceilingEntry(offset(t));
        if (below != null && below.getKey() + plan.capacity(below.getValue()) > offset(t)) {
            throw overlap(t, below.getValue());
        }
        if (above != null && offset(t) + plan.capacity(t) > above.getKey()) {
            throw overlap(t, above.getValue());
        }
        alive.put(offset(t), t);
    }

    private int offset(int t) {
        return plan.model().getTensors(t).getOffset();
    }

    /** Whether the step that writes t reads, and may overwrite, what dies with it. */
    private boolean takesPlaceOf(int t, int dying) {
        StepProto step = writer[t];
        if (step == null) {
            return false;
        }
        int candidates = IN_PLACE.contains(step.getKind()) ? step.getInputsCount()
                : IN_PLACE_OF_FIRST.contains(step.getKind()) ? Math.min(1, step.getInputsCount()) : 0;
        boolean found = false;
        for (int i = 0; i < step.getInputsCount(); i++) {
            int input = step.getInputs(i) - 1;
            if (input >= 0 && root[input] == dying) {
                if (i >= candidates || !Arrays.equals(plan.dims(input), plan.dims(t))) {
                    return false;
                }
                found = true;
            }
        }
        return found;
    }

    private FormatException overlap(int t, int other) {
        return plan.bad(field, "tensors '" + plan.tensorName(t) + "' and '" + plan.tensorName(other)
                + "' are alive at the same time and share memory");
    }
}
