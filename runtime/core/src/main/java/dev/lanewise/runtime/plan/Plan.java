package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.PackedWeights;
import dev.lanewise.runtime.team.Team;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A model file whose every id, extent and offset has been validated; immutable but for the caches of
 * decoded and packed weights, and safe for any number of threads. {@link #prepare} makes the steps of
 * one session.
 */
public final class Plan {

    private final ModelFile file;
    private final ModelProto model;
    private final Extents extents;
    private final int[] arenaElements;
    private final int[] stateElements;
    /** [tensor][axis] ids of extents. */
    private final int[][] dims;
    private final DType[] types;
    private final int[] capacity;
    /** [tensor] weights, {@code null} for others. */
    private final Constant[] constants;
    private final Buffer[] constantBuffers;
    /** [tensor] how weights are stored, {@code null} for others. */
    private final WeightForm[] forms;
    private final Map<Kernels, Map<String, Object>> packed = new HashMap<>();

    /**
     * Validates.
     *
     * @param maxBytes limit on what the model, one session and one state take together
     * @throws FormatException where the file makes no sense
     * @throws PlanException where it needs more memory than allowed
     */
    public Plan(ModelFile file, long maxBytes) {
        this.file = file;
        this.model = file.message();
        this.extents = new Extents(file.name(), model);
        this.arenaElements = elements("arena", model.getArena());
        this.stateElements = elements("state", model.getState());
        int tensors = model.getTensorsCount();
        if (tensors > Limits.TENSORS) {
            throw bad("tensors", tensors + " tensors; at most " + Limits.TENSORS);
        }
        this.dims = new int[tensors][];
        this.types = new DType[tensors];
        this.capacity = new int[tensors];
        this.constants = new Constant[tensors];
        this.constantBuffers = new Buffer[tensors];
        this.forms = new WeightForm[tensors];
        requireMemory(bytes(arenaElements) + bytes(stateElements) + readTensors(), maxBytes);
        readWeights();
        PlanCheck.check(this);
    }

    private void requireMemory(long bytes, long maxBytes) {
        if (bytes > maxBytes) {
            throw new PlanException(file.name() + ": needs " + bytes + " bytes of memory, " + maxBytes
                    + " are allowed; raise LoadOptions.maxBytes, or compile with smaller bounds");
        }
    }

    private int[] elements(String field, MemoryProto memory) {
        int[] elements = {
            memory.getFloats(), memory.getDoubles(), memory.getLongs(), memory.getInts(), memory.getShorts(),
            memory.getBytes()
        };
        for (int count : elements) {
            if (count < 0 || count > Integer.MAX_VALUE - 64) {
                throw bad(field, Integer.toUnsignedString(count) + " elements of one storage");
            }
        }
        return elements;
    }

    private static long bytes(int[] elements) {
        return 4L * elements[0] + 8L * elements[1] + 8L * elements[2] + 4L * elements[3] + 2L * elements[4]
                + elements[5];
    }

    /** Validates all tensors and gives the bytes of weights and ports. */
    private long readTensors() {
        int[] atMost = extents.atMost();
        int[] largestArena = arenaElements.clone();
        int[] largestState = stateElements.clone();
        for (ProgramProto program : model.getProgramsList()) {
            raise(largestArena, arenaElements(program));
            raise(largestState, stateElements(program));
        }
        long bytes = 0;
        for (int t = 0; t < types.length; t++) {
            TensorProto tensor = model.getTensors(t);
            String field = "tensors[" + t + "]";
            types[t] = tensor.getType() == dev.lanewise.formats.proto.ElementType.UNRECOGNIZED
                    ? null
                    : DType.of(tensor.getType());
            if (types[t] == null) {
                throw bad(field, "an unknown element type");
            }
            capacity[t] = readDims(field, tensor, t, atMost);
            long own = (long) capacity[t] * types[t].bytes();
            switch (tensor.getRegion()) {
                case WEIGHTS -> {
                    forms[t] = readForm(field, tensor, t);
                    constantBuffers[t] = new Buffer(types[t].storage());
                    bytes += own;
                }
                case ARENA -> requireInside(field, tensor, t, largestArena);
                case STATE -> requireInside(field, tensor, t, largestState);
                case PORT -> {
                    int owner = tensor.getOffset();
                    if (owner < 0 || owner > t) {
                        throw bad(field, "shares the array of tensor " + owner + ", which is not an earlier one");
                    }
                    if (owner != t && (types[owner] == null || types[owner].storage() != types[t].storage()
                            || model.getTensors(owner).getRegion() != Region.PORT
                            || capacity[t] > capacity[owner])) {
                        throw bad(field, "does not fit the array of tensor " + owner);
                    }
                    bytes += owner == t ? own : 0;
                }
                case UNRECOGNIZED -> throw bad(field, "an unknown region");
            }
        }
        return bytes;
    }

    private WeightForm readForm(String field, TensorProto tensor, int t) {
        WeightForm form = WeightForm.of(tensor.getStored(), tensor.getRoundInputs());
        if (form == null) {
            throw bad(field, "stored in a form that is not known, or that inputs are not rounded for");
        }
        if (form != WeightForm.F32 && (types[t] != DType.F32 || dims[t].length == 0 || tensor.getSplat())) {
            throw bad(field, "stored as " + form + "; expected an f32 tensor of rank 1 or more that is no splat");
        }
        return form;
    }

    /** Finds each weight's bytes: the large ones first, then those too small to be worth aligning. */
    private void readWeights() {
        ByteBuffer weights = file.weights();
        long end = 0;
        for (int t = 0; t < types.length; t++) {
            if (constantBuffers[t] != null && stored(t) >= Limits.WEIGHT_ALIGNMENT) {
                end = Limits.align(end);
                constants[t] = constant(t, weights, end);
                end += stored(t);
            }
        }
        end = Limits.align(end);
        for (int t = 0; t < types.length; t++) {
            if (constantBuffers[t] != null && stored(t) < Limits.WEIGHT_ALIGNMENT) {
                end = Limits.alignSmall(end);
                constants[t] = constant(t, weights, end);
                end += stored(t);
            }
        }
    }

    /** How the file holds a weight; {@code null} for what is none. */
    public WeightForm form(int tensor) {
        return forms[tensor];
    }

    /** What the file holds of a weight, {@link #stored} bytes, little-endian, read-only. */
    public ByteBuffer weight(int tensor) {
        return constants[tensor].bytes();
    }

    boolean isWeight(int tensor) {
        return constants[tensor] != null;
    }

    /**
     * The model's file with other values of some weights, of all that can be compiled to be trained.
     *
     * @param values by tensor, [its elements]
     */
    public ModelFile withWeights(Map<Integer, float[]> values) {
        return new TrainedFile(this, values).file();
    }

    /** Extent of the first axis. */
    private int rows(int t) {
        return dims[t].length == 0 ? 1 : extents.atMost()[dims[t][0]];
    }

    /** Bytes that the file holds of a weight. */
    public long stored(int t) {
        if (forms[t] != WeightForm.F32) {
            int rows = rows(t);
            return capacity[t] == 0 ? 0 : forms[t].bytes(rows, capacity[t] / rows);
        }
        int elements = model.getTensors(t).getSplat() ? Math.min(1, capacity[t]) : capacity[t];
        return (long) elements * types[t].bytes();
    }

    private Constant constant(int t, ByteBuffer weights, long begin) {
        long end = begin + stored(t);
        if (end > weights.limit()) {
            throw bad("tensors[" + t + "]", "its values end at byte " + end + " of " + weights.limit()
                    + " bytes of weights");
        }
        ByteBuffer slice = weights.duplicate();
        // declared by java.nio.Buffer: Android's ByteBuffer does not have its own
        ((java.nio.Buffer) slice).position((int) begin);
        ((java.nio.Buffer) slice).limit((int) end);
        Constant constant = new Constant(
                types[t], capacity[t], model.getTensors(t).getSplat(), forms[t], capacity[t] == 0 ? 0 : rows(t),
                slice.slice());
        if (forms[t] != WeightForm.F32) {
            requireFiniteScales(t, slice.slice());
        }
        return constant;
    }

    private void requireFiniteScales(int t, ByteBuffer bytes) {
        int rows = rows(t);
        int rowElements = capacity[t] == 0 ? 0 : capacity[t] / rows;
        long count = capacity[t] == 0 ? 0 : forms[t].scales(rows, rowElements);
        ByteBuffer in = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int at = (int) forms[t].scalesAt(rows, rowElements);
        for (int i = 0; i < count; i++) {
            float scale = in.getFloat(at + 4 * i);
            if (scale - scale != 0) {
                throw bad("tensors[" + t + "]", "scale " + i + " is " + scale);
            }
        }
    }

    private int readDims(String field, TensorProto tensor, int t, int[] atMost) {
        int rank = tensor.getDimsCount();
        if (rank > Limits.RANK) {
            throw bad(field, "rank " + rank + "; at most " + Limits.RANK);
        }
        dims[t] = new int[rank];
        long product = 1;
        boolean empty = false;
        for (int axis = 0; axis < rank; axis++) {
            int id = tensor.getDims(axis);
            if (id < 0 || id >= extents.count()) {
                throw bad(field, "axis " + axis + " refers to extent " + Integer.toUnsignedString(id) + " of "
                        + extents.count());
            }
            if (tensor.getRegion() == Region.WEIGHTS && !extents.isNumber(id)) {
                throw bad(field, "a weight with an extent that is not a number");
            }
            dims[t][axis] = id;
            if (atMost[id] < 0) {
                throw bad(field, "axis " + axis + " has no bound");
            }
            empty |= atMost[id] == 0;
            product = empty ? 0 : product * atMost[id];
            if (product > Integer.MAX_VALUE) {
                throw bad(field, "2^31 elements or more");
            }
        }
        return empty ? 0 : (int) product;
    }

    private static void raise(int[] largest, int[] elements) {
        for (int i = 0; i < largest.length; i++) {
            largest[i] = Math.max(largest[i], elements[i]);
        }
    }

    /** Whether it lies inside the memory of the very program that uses it is for {@link PlanCheck}. */
    private void requireInside(String field, TensorProto tensor, int t, int[] elements) {
        int available = elements[types[t].storage().ordinal()];
        if (tensor.getOffset() < 0 || (long) tensor.getOffset() + capacity[t] > available) {
            throw bad(field, "ends at element " + ((long) tensor.getOffset() + capacity[t]) + " of " + available
                    + " in its region");
        }
    }

    FormatException bad(String field, String problem) {
        return new FormatException(file.name(), field, problem);
    }

    public ModelFile file() {
        return file;
    }

    public ModelProto model() {
        return model;
    }

    public Extents extents() {
        return extents;
    }

    /** [storage] elements of the arena of a session that infers. */
    public int[] arenaElements() {
        return arenaElements;
    }

    /** [storage] elements of a state of a session that infers. */
    public int[] stateElements() {
        return stateElements;
    }

    /** [storage] elements of the arena of a session that runs the program. */
    public int[] arenaElements(ProgramProto program) {
        return program.hasArena() ? elements("arena", program.getArena()) : arenaElements;
    }

    /** [storage] elements of a state of the program. */
    public int[] stateElements(ProgramProto program) {
        return program.hasState() ? elements("state", program.getState()) : stateElements;
    }

    /**
     * Fails where a session of the program and its state take more memory than is allowed.
     *
     * @throws PlanException where they do
     */
    public void requireMemory(ProgramProto program, long maxBytes) {
        requireMemory(bytes(arenaElements(program)) + bytes(stateElements(program)), maxBytes);
    }

    public int tensorCount() {
        return types.length;
    }

    public DType type(int tensor) {
        return types[tensor];
    }

    /** First element of a tensor in the arena or in a state. */
    public int offset(int tensor) {
        return model.getTensors(tensor).getOffset();
    }

    /** Bytes of a session's arena and of a state. */
    public long bytesPerStream() {
        return bytes(arenaElements) + bytes(stateElements);
    }

    /** Elements of a tensor at its bounds. */
    public int capacity(int tensor) {
        return capacity[tensor];
    }

    /** Ids of a tensor's extents. */
    public int[] dims(int tensor) {
        return dims[tensor];
    }

    /** The original name where the file has it, otherwise {@code tensor 12}. */
    public String tensorName(int tensor) {
        return tensor < model.getDebug().getTensorNamesCount()
                ? model.getDebug().getTensorNames(tensor)
                : "tensor " + tensor;
    }

    public boolean hasProgram(String name) {
        for (ProgramProto program : model.getProgramsList()) {
            if (program.getName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The program of a name.
     *
     * @throws PlanException where there is none
     */
    public ProgramProto program(String name) {
        for (ProgramProto program : model.getProgramsList()) {
            if (program.getName().equals(name)) {
                return program;
            }
        }
        throw new PlanException(file.name() + ": has no program '" + name + "'");
    }

    /**
     * A tensor as an operand of a session; ports have arrays of their own, or share that of an earlier one.
     *
     * @param owner the operand of that one, {@code null} where there is none
     */
    Operand operand(int t, SessionMemory memory, Operand owner) {
        TensorProto tensor = model.getTensors(t);
        DType.Storage storage = types[t].storage();
        Operand operand = switch (tensor.getRegion()) {
            case WEIGHTS -> new Operand(
                    tensorName(t), types[t], dims[t], constantBuffers[t], capacity[t], constants[t]);
            case ARENA -> operand(t, memory.arena(storage), memory.arenaStart(storage) + tensor.getOffset());
            case STATE -> operand(t, memory.state(storage), tensor.getOffset());
            case PORT -> operand(t, owner == null ? Buffer.allocate(storage, capacity[t]) : owner.buffer, 0);
            case UNRECOGNIZED -> throw new IllegalStateException();
        };
        operand.refresh(memory.extents());
        return operand;
    }

    /** The tensor whose array a port shares; itself for one that has its own, and for what is no port. */
    int arrayOwner(int t) {
        TensorProto tensor = model.getTensors(t);
        return tensor.getRegion() == Region.PORT ? tensor.getOffset() : t;
    }

    /** A weight that is replaced, as an operand of a session. */
    Operand operand(int t, SessionMemory memory, LiveWeights live, int set) {
        Operand operand = new Operand(
                tensorName(t), types[t], dims[t], live.buffer(set, t), capacity[t], live.constant(t));
        operand.refresh(memory.extents());
        return operand;
    }

    /**
     * Weights of a program that are to be replaced while sessions run.
     *
     * @param tensors which they are
     */
    public LiveWeights live(ProgramProto program, List<Integer> tensors) {
        return new LiveWeights(this, program, tensors, constants);
    }

    /** The value that a weight's tensor holds; for states that begin with one. */
    public Buffer weights(int t) {
        constants[t].fill(constantBuffers[t]);
        return constantBuffers[t];
    }

    private Operand operand(int t, Buffer buffer, int offset) {
        return new Operand(tensorName(t), types[t], dims[t], buffer, offset, capacity[t]);
    }

    /**
     * Makes a session's steps.
     *
     * @param kernels by number of the step, so that a step whose vector kernel is slow keeps its
     *     scalar twin
     * @param team the threads that share large steps
     */
    public Prepared prepare(ProgramProto program, IntFunction<Kernels> kernels, Team team) {
        return new Preparation(this, program, kernels, team, null).prepared();
    }

    /**
     * The same on weights that are replaced while sessions run; see {@link #prepare(ProgramProto, IntFunction, Team)}.
     */
    public Prepared prepare(ProgramProto program, IntFunction<Kernels> kernels, Team team, LiveWeights live) {
        synchronized (live) {
            return new Preparation(this, program, kernels, team, live).prepared();
        }
    }

    /** Packed weights of one step, shared by all sessions that use the same kernels; or {@code null}. */
    Object packed(Kernels kernels, ProgramProto program, int step, int slot) {
        synchronized (packed) {
            Map<String, Object> ofKernels = packed.get(kernels);
            return ofKernels == null ? null : ofKernels.get(packKey(program, step, slot));
        }
    }

    /** Keeps packed weights, and gives them, or those that another session kept first. */
    Object keepPacked(Kernels kernels, ProgramProto program, int step, int slot, Object made) {
        synchronized (packed) {
            Map<String, Object> ofKernels = packed.get(kernels);
            if (ofKernels == null) {
                ofKernels = new HashMap<>();
                packed.put(kernels, ofKernels);
            }
            Object first = ofKernels.putIfAbsent(packKey(program, step, slot), made);
            return first == null ? made : first;
        }
    }

    /** What a step's weights were packed to, in order; nothing where no session was prepared with these kernels. */
    public List<PackedWeights> packedWeights(Kernels kernels, ProgramProto program, int step) {
        List<PackedWeights> all = new ArrayList<>();
        Object next = packed(kernels, program, step, 1);
        for (int slot = 2; next != null; slot++) {
            if (next instanceof PackedWeights weights) {
                all.add(weights);
            }
            next = packed(kernels, program, step, slot);
        }
        return all;
    }

    /** Steps are numbered in each program anew. */
    private static String packKey(ProgramProto program, int step, int slot) {
        return program.getName() + '/' + step + '/' + slot;
    }

    /** Forgets the packed weights of kernels that no session will be prepared with any more. */
    public void dropPacked(Kernels kernels) {
        synchronized (packed) {
            packed.remove(kernels);
        }
    }

    /** The states of a program. */
    public static List<StateProto> states(ProgramProto program) {
        return program.getStatesList();
    }

    /** The tensor of the port of that name, or -1. */
    public static int port(List<PortProto> ports, String name) {
        for (PortProto port : ports) {
            if (port.getName().equals(name)) {
                return port.getTensor();
            }
        }
        return -1;
    }
}
