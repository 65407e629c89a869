package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.team.Team;

/** What one session owns: extents, arena, the currently bound state's arrays, threads, and its counter of work. */
public final class SessionMemory {

    /**
     * Floats from which on collectors give an array a region or page of its own, or begin it where cache lines do (G1,
     * ZGC, Shenandoah).
     */
    private static final int LARGE = 1 << 16;

    /** Floats from such an array's first element, 16 bytes behind its beginning, to where a cache line begins. */
    private static final int TO_CACHE_LINE = 12;

    private final Extents definition;
    private final int[] extents;
    private final Buffer[] arena;
    private final int floatsStart;
    private final Buffer[] state;
    private final Team team;
    /** [worker] */
    private final float[][] scratch;
    /** [worker], nothing for the first, whose large scratch the compiler has planned. */
    private final float[][] largeScratch;
    private final Chunk[] chunks = new Chunk[3];
    private long multiplyAdds;
    private int version = 1;
    private long draws;

    /**
     * @param arenaElements [storage] elements of the arena
     * @param team the threads that share large steps
     */
    public SessionMemory(Extents definition, int[] arenaElements, Team team) {
        this.definition = definition;
        this.team = team;
        this.scratch = new float[team.size()][Kernels.SCRATCH_FLOATS];
        this.largeScratch = new float[team.size()][0];
        this.extents = definition.allLargest();
        this.arena = new Buffer[arenaElements.length];
        this.state = new Buffer[arenaElements.length];
        int floats = arenaElements[DType.Storage.FLOATS.ordinal()];
        this.floatsStart = floats >= LARGE && floats <= Integer.MAX_VALUE - LARGE ? TO_CACHE_LINE : 0;
        for (DType.Storage storage : DType.Storage.values()) {
            int elements = arenaElements[storage.ordinal()] + arenaStart(storage);
            arena[storage.ordinal()] = Buffer.allocate(storage, elements);
            state[storage.ordinal()] = new Buffer(storage);
        }
    }

    public Buffer arena(DType.Storage storage) {
        return arena[storage.ordinal()];
    }

    /**
     * Where offsets of the arena count from: in a large one of floats from the beginning of a cache line, so that no
     * vector lies in two. That is a matter of speed alone, where a collector does otherwise of little.
     */
    public int arenaStart(DType.Storage storage) {
        return storage == DType.Storage.FLOATS ? floatsStart : 0;
    }

    /** The state's buffer; its array is exchanged by binding. */
    public Buffer state(DType.Storage storage) {
        return state[storage.ordinal()];
    }

    /** The threads that share large steps. */
    public Team team() {
        return team;
    }

    /** The scratch that kernels are given by the thread that runs the session, see {@link Kernels}. */
    public float[] scratch() {
        return scratch[0];
    }

    /** The scratch of one worker of the team. */
    public float[] scratch(int worker) {
        return scratch[worker];
    }

    /**
     * Makes sure that workers have as much scratch as an operand that the compiler planned for the first of them. Call
     * when a step is prepared.
     */
    public void reserve(Operand planned) {
        for (int worker = 1; worker < largeScratch.length; worker++) {
            if (largeScratch[worker].length < planned.capacity) {
                largeScratch[worker] = new float[planned.capacity];
            }
        }
    }

    /** The array of a worker's scratch in place of an operand that was {@link #reserve reserved}. */
    public float[] scratch(Operand planned, int worker) {
        return worker == 0 ? planned.buffer.floats : largeScratch[worker];
    }

    /** Where it begins. */
    public int scratchOffset(Operand planned, int worker) {
        return worker == 0 ? planned.offset : 0;
    }

    /**
     * One of three work arrays for elements of any type, for use within a single run of a step. Call when
     * a step is prepared: the first call makes it.
     */
    public Chunk chunk(int i) {
        if (chunks[i] == null) {
            chunks[i] = new Chunk();
        }
        return chunks[i];
    }

    /** Counts the random tensors of the session, so that each is another and all can be had again. */
    public long nextDraw() {
        return draws++;
    }

    /** The number of the next random tensor. */
    public long draws() {
        return draws;
    }

    /** Goes on with the random tensor of that number, such as where another memory of the same session stopped. */
    public void continueDraws(long next) {
        draws = next;
    }

    /** [extent], the session's own values. */
    public int[] extents() {
        return extents;
    }

    public Extents definition() {
        return definition;
    }

    /** Recomputes the expressions after symbols were set. */
    public void evaluate() {
        definition.evaluate(extents);
        version++;
    }

    /** Differs whenever an extent may have changed. */
    public int version() {
        return version;
    }

    /**
     * Writes an extent that a step has learnt, and what depends on it. One that is known already must
     * be what the data gives.
     *
     * @throws PlanException where it is beyond its bound
     */
    public void learn(int id, int value, String tensor) {
        if (!definition.isLearnt(id)) {
            if (extents[id] != value) {
                throw new PlanException("tensor '" + tensor + "': the data gives an extent of " + value
                        + " where the model has " + extents[id]);
            }
            return;
        }
        if (value < 0 || value > definition.max(id)) {
            throw new PlanException("tensor '" + tensor + "': the data gives an extent of " + value
                    + ", above the bound of " + definition.max(id) + " set when the model was compiled");
        }
        if (extents[id] != value) {
            extents[id] = value;
            evaluate();
        }
    }

    /** Counts multiply-adds; for steps whose work follows from data, see {@link Step#multiplyAdds}. */
    public void count(long done) {
        multiplyAdds += done;
    }

    /** Multiply-adds done by all runs so far. */
    public long multiplyAdds() {
        return multiplyAdds;
    }
}
