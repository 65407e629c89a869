package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.MetadataProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.batch.BatchPlan;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.LiveWeights;
import dev.lanewise.runtime.plan.Plan;
import dev.lanewise.runtime.plan.TrainingMemory;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A loaded model: immutable, shared by any number of threads, each with a {@link Session} of its own.
 * Everything in the file has been validated. Heap only; nothing to close.
 */
public final class Model {

    static final int FINGERPRINT_BYTES = 16;

    /** The program that every model has. */
    private static final String INFER = "infer";

    /** Of a model that can be trained: its loss, on weights that are states. */
    private static final String EVALUATE = "evaluate";

    private final ModelFile file;
    private final Plan plan;
    private final ProgramProto program;
    private final List<String> inputNames;
    private final List<String> outputNames;
    private final List<String> stateNames;
    private final byte[] fingerprint;
    /** Ids of the symbols that the states' tensors have. */
    private final int[] stateDims;
    /** By position in {@link #stateDims}: whether no input has the symbol, so that states carry it. */
    private final boolean[] carriedExtents;
    /** By state: the tensor of weights that it begins with, or -1. */
    private final int[] initials;
    private final LoadOptions options;
    private final long maxBytes;
    /** By number of streams; sessions hold the plans that they use. */
    private final Map<Integer, WeakReference<BatchPlan>> batchPlans = new HashMap<>();
    private volatile Tier tier;
    /** {@code null} until other weights than the file's are published. */
    private LiveWeights live;
    private volatile boolean settled = true;

    private Model(ModelFile file, LoadOptions options) {
        this(file, new Plan(file, options.maxBytes()), INFER, options);
        if (options.verifyGoldens()) {
            Goldens.verify(this);
        }
        if (options.start() == LoadOptions.Start.TIER_UP && mayTierUp()) {
            settled = false;
            TierUp tierUp = new TierUp(this);
            tierUp.start();
        }
    }

    private Model(ModelFile file, Plan plan, String programName, LoadOptions options) {
        this.file = file;
        this.options = options;
        this.maxBytes = options.maxBytes();
        this.plan = plan;
        this.program = plan.program(programName);
        this.inputNames = names(program.getInputsList());
        this.outputNames = names(program.getOutputsList());
        this.stateNames = stateNames(program.getStatesList());
        this.fingerprint = Arrays.copyOf(
                file.message().getFingerprint().toByteArray(), FINGERPRINT_BYTES);
        this.stateDims = symbolsOfStates();
        this.carriedExtents = new boolean[stateDims.length];
        Set<Integer> ofInputs = new TreeSet<>();
        for (PortProto port : program.getInputsList()) {
            for (int id : plan.dims(port.getTensor())) {
                ofInputs.add(id);
            }
        }
        for (int i = 0; i < stateDims.length; i++) {
            carriedExtents[i] = !ofInputs.contains(stateDims[i]);
        }
        this.initials = new int[program.getStatesCount()];
        for (int i = 0; i < initials.length; i++) {
            initials[i] = program.getStates(i).getInitial() - 1;
        }
        this.tier = firstTier(options.start());
    }

    /**
     * Loads a model file with {@link LoadOptions#defaults()}.
     *
     * @throws dev.lanewise.formats.FormatException where the file is damaged or makes no sense
     * @throws IOException where it cannot be read
     */
    public static Model load(Path file) throws IOException {
        return load(file, LoadOptions.defaults());
    }

    /** Loads a model file; see {@link #load(Path)}. */
    public static Model load(Path file, LoadOptions options) throws IOException {
        return of(ModelFile.read(file), options);
    }

    /** Makes a model of a file in memory; see {@link #load(Path)}. */
    public static Model of(ModelFile file, LoadOptions options) {
        return new Model(file, options);
    }

    private static List<String> names(List<PortProto> ports) {
        List<String> names = new ArrayList<>();
        for (PortProto port : ports) {
            names.add(port.getName());
        }
        return List.copyOf(names);
    }

    private static List<String> stateNames(List<StateProto> states) {
        List<String> names = new ArrayList<>();
        for (StateProto state : states) {
            names.add(state.getName());
        }
        return List.copyOf(names);
    }

    private int[] symbolsOfStates() {
        Extents extents = plan.extents();
        Set<Integer> symbols = new TreeSet<>();
        for (StateProto state : program.getStatesList()) {
            for (int id : plan.dims(state.getValue())) {
                if (extents.isSymbol(id)) {
                    symbols.add(id);
                }
            }
        }
        int[] ids = new int[symbols.size()];
        int count = 0;
        for (int id : symbols) {
            ids[count++] = id;
        }
        return ids;
    }

    private Tier firstTier(LoadOptions.Start start) {
        Tier scalar = new Tier(plan, program, ScalarKernels.INSTANCE);
        if (start == LoadOptions.Start.SCALAR) {
            return scalar;
        }
        if (start == LoadOptions.Start.TIER_UP) {
            if (System.getProperty(KernelSelector.PROPERTY) != null) {
                Lanewise.kernels(); // a choice that cannot be met fails here, not in the background
            }
            return scalar;
        }
        Kernels best = Lanewise.kernels();
        return start == LoadOptions.Start.WAIT_UNTIL_HOT && best != ScalarKernels.INSTANCE
                ? new WarmUp(this, best).run()
                : new Tier(plan, program, best);
    }

    /** With one processor the warming would only take time from the calls it is meant to speed up. */
    private static boolean mayTierUp() {
        return Runtime.getRuntime().availableProcessors() > 1
                && !ScalarKernels.INSTANCE.name().equals(System.getProperty(KernelSelector.PROPERTY));
    }

    /** No further change of kernels will come. */
    void settle() {
        settled = true;
    }

    /** Sessions change over before their next run. */
    synchronized void changeTier(Tier newTier) {
        tier = live == null ? newTier : newTier.on(live);
    }

    /**
     * Makes weights those that the sessions of {@code infer} use from their next run on. Each run uses one version of
     * them, whole; no session waits, and what is kept of weights is kept twice, in the same memory for ever. Any thread
     * may call it; it waits until no run is left on the version before the present one.
     *
     * @param weights a state of the program {@code evaluate} or {@code train} of the same file
     * @return the version's number, from 1; see {@link Session#weightsVersion}
     * @throws PlanException where the model was not compiled to be trained, or its outputs are weights
     */
    public int publish(State weights) {
        if (!program.getName().equals(INFER) || !programs().contains(EVALUATE)) {
            throw new PlanException(name() + ": has no weights that could be published; compile it with --trainable");
        }
        if (!hasFingerprint(weights.model().fingerprint)) {
            throw new FormatException(name(), "", "the state belongs to another model");
        }
        Map<Integer, String> names = parameterTensors();
        LiveWeights to;
        synchronized (this) {
            if (live == null) {
                live = plan.live(program, List.copyOf(names.keySet()));
            }
            to = live;
        }
        int version = to.publish((tensor, into) -> weights.read(names.get(tensor), into));
        synchronized (this) {
            if (tier.live() == null) {
                changeTier(tier);
            }
        }
        return version;
    }

    /**
     * The file with other weights: what is loaded from it infers with them, and begins to train with them.
     *
     * @param weights see {@link #publish}
     */
    public ModelFile withWeights(State weights) {
        if (!hasFingerprint(weights.model().fingerprint)) {
            throw new FormatException(name(), "", "the state belongs to another model");
        }
        Map<Integer, float[]> values = new LinkedHashMap<>();
        parameterTensors().forEach((tensor, name) -> {
            float[] into = new float[weights.elements(name)];
            weights.read(name, into);
            values.put(tensor, into);
        });
        return plan.withWeights(values);
    }

    /** Names of what is trained, by its tensor among the weights. */
    private Map<Integer, String> parameterTensors() {
        Map<Integer, String> names = new LinkedHashMap<>();
        for (StateProto state : plan.program(EVALUATE).getStatesList()) {
            if (state.getInitial() > 0) {
                names.put(state.getInitial() - 1, state.getName());
            }
        }
        return names;
    }

    /** A session for the calling thread, or any one thread at a time. */
    public Session newSession() {
        return newSession(SessionOptions.defaults());
    }

    /** A session whose large steps several threads share; see {@link #newSession()}. */
    public Session newSession(SessionOptions options) {
        return new Session(this, tier, Threads.team(options));
    }

    /**
     * A session in which many streams advance together, for any one thread at a time; see {@link BatchSession}.
     *
     * @param streams the most that one call advances
     * @throws dev.lanewise.formats.PlanException where the model has a step that cannot do that, which the message
     *     names; or where so many streams take more memory than {@link LoadOptions#maxBytes}
     */
    public BatchSession newBatchSession(int streams) {
        return newBatchSession(streams, SessionOptions.defaults());
    }

    /** The same with several threads, which share the streams; see {@link #newBatchSession(int)}. */
    public BatchSession newBatchSession(int streams, SessionOptions options) {
        if (!program.getName().equals(INFER)) {
            throw new PlanException(name() + ": the program '" + program.getName()
                    + "' has no streams that could advance together");
        }
        return new BatchSession(this, tier, streams, Threads.team(options));
    }

    /**
     * Another program of the same file, such as {@code train}, as a model of its own: with inputs, outputs and
     * states of its own, on the fastest kernels from the first run on, unless this one was loaded for scalar kernels.
     * Where this one was loaded to {@linkplain LoadOptions.Start#WAIT_UNTIL_HOT wait until hot}, it returns when the
     * kernels of the program are; until then it takes the memory of a session.
     *
     * @throws dev.lanewise.formats.PlanException where the file has no such program, or where it takes more memory than
     *     {@link LoadOptions#maxBytes}
     */
    public Model program(String name) {
        boolean scalar = options.start() == LoadOptions.Start.SCALAR;
        LoadOptions same = scalar ? options : options.start(LoadOptions.Start.BEST_COLD);
        Model other = new Model(file, plan, name, same);
        plan.requireMemory(other.program, options.maxBytes());
        if (options.start() == LoadOptions.Start.WAIT_UNTIL_HOT) {
            new ProgramWarmUp(other, Lanewise.kernels()).run();
        }
        return other;
    }

    /**
     * What training takes in memory, as planned when the model was compiled: bytes by what they are for. That is all
     * that a {@code Trainer} holds besides the loaded file; a second batch is kept where batches are prefetched, and
     * the
     * weights once more where the best are kept.
     *
     * @throws dev.lanewise.formats.PlanException where the model cannot be trained
     */
    public Map<String, Long> trainingMemory() {
        return TrainingMemory.of(plan);
    }

    /** Names of all programs in the file; {@code infer} is one of them. */
    public List<String> programs() {
        List<String> names = new ArrayList<>();
        for (ProgramProto each : file.message().getProgramsList()) {
            names.add(each.getName());
        }
        return List.copyOf(names);
    }

    /** A state at the beginning of a stream. */
    public State newState() {
        return new State(this);
    }

    /**
     * A state from {@link State#toBytes()}.
     *
     * @throws dev.lanewise.formats.FormatException where the bytes are damaged or of another model
     */
    public State stateFromBytes(byte[] bytes) {
        return State.fromBytes(this, bytes);
    }

    /** What messages call the model: its file. */
    public String name() {
        return file.name();
    }

    public List<String> inputNames() {
        return inputNames;
    }

    public List<String> outputNames() {
        return outputNames;
    }

    /** Names of what a {@link State} carries. */
    public List<String> stateNames() {
        return stateNames;
    }

    /** Names of those states that begin as weights of {@code infer}: of {@code evaluate}, all that is trained. */
    public List<String> parameterNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < initials.length; i++) {
            if (initials[i] >= 0 && plan.type(initials[i]) == DType.F32) {
                names.add(stateNames.get(i));
            }
        }
        return List.copyOf(names);
    }

    /** Free text that the file carries, by key, in its order. */
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (MetadataProto entry : file.message().getMetadataList()) {
            metadata.put(entry.getKey(), entry.getValue());
        }
        return metadata;
    }

    /** 16 bytes that tell apart what models compute; a saved state carries them. */
    public byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** The array itself: not to be changed. */
    byte[] fingerprintBytes() {
        return fingerprint;
    }

    boolean hasFingerprint(byte[] other) {
        return Arrays.equals(fingerprint, other);
    }

    /** The file as it was read. */
    public ModelFile file() {
        return file;
    }

    /** Whether sessions now run on the kernels that they will keep. */
    public boolean isHot() {
        return settled;
    }

    /** How the kernels that sessions now run on got hot; {@code null} where they were not warmed, or not yet. */
    public WarmUpReport warmUp() {
        return tier.warmUp();
    }

    Plan plan() {
        return plan;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** The plan for streams that advance together, which sessions for as many share. */
    BatchPlan batchPlan(int streams) {
        synchronized (batchPlans) {
            WeakReference<BatchPlan> known = batchPlans.get(streams);
            BatchPlan batch = known == null ? null : known.get();
            if (batch == null) {
                batch = new BatchPlan(plan, program, streams, maxBytes);
                batchPlans.put(streams, new WeakReference<>(batch));
            }
            return batch;
        }
    }

    /** Forgets packed weights that no session will be prepared with any more. */
    void dropPacked(Kernels kernels) {
        plan.dropPacked(kernels);
        synchronized (batchPlans) {
            for (WeakReference<BatchPlan> known : batchPlans.values()) {
                BatchPlan batch = known.get();
                if (batch != null) {
                    batch.plan().dropPacked(kernels);
                }
            }
        }
    }

    ProgramProto program() {
        return program;
    }

    /** Copies the weights that states begin with to where they lie, among zeros. */
    void begin(Buffer[] buffers) {
        for (int i = 0; i < initials.length; i++) {
            if (initials[i] >= 0) {
                begin(i, buffers);
            }
        }
    }

    /** Makes a state's value what it begins with. */
    void begin(String name, Buffer[] buffers) {
        stateTensor(name);
        begin(stateNames.indexOf(name), buffers);
    }

    private void begin(int i, Buffer[] buffers) {
        int value = program.getStates(i).getValue();
        Buffer to = buffers[plan.type(value).storage().ordinal()];
        if (initials[i] >= 0) {
            plan.weights(initials[i]).copy(0, to, plan.offset(value), plan.capacity(value));
        } else {
            to.clear(plan.offset(value), plan.capacity(value));
        }
    }

    /**
     * The tensor of a state's value.
     *
     * @throws IllegalArgumentException where there is none of that name; the message lists those there are
     */
    int stateTensor(String name) {
        int i = stateNames.indexOf(name);
        if (i < 0) {
            throw new IllegalArgumentException("no state '" + name + "'; there are " + stateNames);
        }
        return program.getStates(i).getValue();
    }

    Tier tier() {
        return tier;
    }

    int[] stateDims() {
        return stateDims;
    }

    boolean carriesExtent(int i) {
        return carriedExtents[i];
    }

    /** Ids of the symbols that inputs decide. */
    int[] symbolsOfInputs() {
        Set<Integer> symbols = new TreeSet<>();
        for (PortProto port : program.getInputsList()) {
            for (int id : plan.dims(port.getTensor())) {
                if (plan.extents().isSymbol(id)) {
                    symbols.add(id);
                }
            }
        }
        int[] ids = new int[symbols.size()];
        int count = 0;
        for (int id : symbols) {
            ids[count++] = id;
        }
        return ids;
    }

    /** Numbers of the program's outermost steps, counting nested ones, and behind them of how many there are in all. */
    int[] topLevelSteps() {
        int steps = program.getBody().getStepsCount();
        int[] numbers = new int[steps + 1];
        for (int i = 0; i < steps; i++) {
            numbers[i + 1] = numbers[i] + count(program.getBody().getSteps(i));
        }
        return numbers;
    }

    private static int count(StepProto step) {
        int count = 1;
        for (BlockProto block : step.getBlocksList()) {
            count += count(block);
        }
        return count;
    }

    /** Steps of a block, counting nested ones. */
    static int count(BlockProto block) {
        int count = 0;
        for (StepProto step : block.getStepsList()) {
            count += count(step);
        }
        return count;
    }
}
