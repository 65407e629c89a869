package dev.lanewise.runtime;

import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.batch.BatchPlan;
import dev.lanewise.runtime.team.Divisible;
import dev.lanewise.runtime.team.Team;
import java.util.ArrayList;
import java.util.List;

/**
 * Advances many streams of a model in one call, a row of every input and output for each, and with the very bits that
 * a {@link Session} gives each alone. One thread at a time. After warm-up {@link #stepBatch} allocates nothing.
 *
 * <pre>{@code
 * BatchSession session = model.newBatchSession(1000);
 * Tensor x = session.input("x"), y = session.output("y"); // [1000, ...]
 * for (int i = 0; i < n; i++) {
 *     states[i] = streams.get(i).state;
 *     x.setRow(i, streams.get(i).chunk, 0);
 * }
 * session.stepBatch(states, n);
 * float first = y.floats()[y.rowOffset(i)];
 * }</pre>
 *
 * <p>Inside, streams go through the model in blocks whose values stay in the processor's cache: a product has as many
 * rows as a block has streams. A step that has no form for many streams runs for one after the other within a block.
 */
public final class BatchSession {

    /** What the values of a block may take: half of a common second-level cache. */
    private static final long BLOCK_BYTES = 1 << 19;

    /** Streams of a block, unless there are fewer at all: fewer rows would read the weights too often. */
    private static final int LEAST_BLOCK = 16;

    private final Model model;
    private final int streams;
    private final BatchPlan plan;
    private final Rows rows;
    private final Team team;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private final Blocks blocks;
    private Tier tier;
    private long calls;
    private long advanced;
    private long earlierMultiplyAdds;

    BatchSession(Model model, Tier tier, int streams, Team team) {
        if (streams < 1) {
            throw new IllegalArgumentException("a session for " + streams + " streams; expected 1 or more");
        }
        this.model = model;
        this.streams = streams;
        this.tier = tier;
        this.team = team;
        rows = new Rows(model, streams, model.maxBytes());
        plan = model.batchPlan(blockSize());
        blocks = new Blocks();
        requireWeightsOfFile(tier);
        blocks.prepare(tier);
        for (int i = 0; i < rows.inputs.size(); i++) {
            inputs.add(new Tensor(model.inputNames().get(i), rows, rows.inputs.get(i), true));
        }
        for (int i = 0; i < rows.outputs.size(); i++) {
            outputs.add(new Tensor(model.outputNames().get(i), rows, rows.outputs.get(i), false));
        }
    }

    private int blockSize() {
        long fit = BLOCK_BYTES / Math.max(1, model.plan().bytesPerStream());
        return (int) Math.min(streams, Math.max(LEAST_BLOCK, fit));
    }

    public Model model() {
        return model;
    }

    /** The most streams that one call advances. */
    public int streams() {
        return streams;
    }

    /** All inputs, in the model's order, {@code [streams, ...]}. Their outermost extent is fixed. */
    public List<Tensor> inputs() {
        return List.copyOf(inputs);
    }

    /** All outputs, in the model's order, {@code [streams, ...]}. */
    public List<Tensor> outputs() {
        return List.copyOf(outputs);
    }

    /**
     * The input of that name.
     *
     * @throws IllegalArgumentException where there is none; the message lists those there are
     */
    public Tensor input(String name) {
        return Tensor.find(inputs, name, "input");
    }

    /**
     * The output of that name.
     *
     * @throws IllegalArgumentException where there is none; the message lists those there are
     */
    public Tensor output(String name) {
        return Tensor.find(outputs, name, "output");
    }

    /**
     * Advances the first {@code n} states by one step: row i of the outputs becomes what a session with {@code
     * states[i]} bound makes of row i of the inputs. Rows from n on are left as they are.
     *
     * <p>Where shapes do not fit no stream advances. Where an index among the data points outside, streams of other
     * blocks than that of the index may have.
     *
     * @param states {@code [n]} or longer, each of this model and none twice
     * @param n from 0 to {@link #streams()}
     * @throws FormatException where a state belongs to another model
     * @throws dev.lanewise.formats.ShapeException where the inputs' shapes do not fit each other or a state
     * @throws dev.lanewise.formats.PlanException where an index among the data points outside
     */
    public void stepBatch(State[] states, int n) {
        check(states, n);
        if (tier != model.tier()) {
            changeTier(model.tier());
        }
        blocks.divide(states, n);
        blocks.run();
        advanced += n;
    }

    private void check(State[] states, int n) {
        if (n < 0 || n > streams || n > states.length) {
            throw new IllegalArgumentException(n + " streams of " + states.length + " states; the session was made for "
                    + streams);
        }
        calls++;
        for (int i = 0; i < n; i++) {
            if (states[i].model() != model) {
                throw new FormatException(model.name(), "", "state " + i + " was made by another model");
            }
            if (!states[i].claim(this, calls)) {
                throw new IllegalArgumentException("state " + i + " is given twice");
            }
        }
    }

    private void requireWeightsOfFile(Tier newTier) {
        if (newTier.live() != null) {
            throw new PlanException(model.name() + ": other weights were published, which streams that advance together"
                    + " do not take; step them one by one, or save and load the model");
        }
    }

    private void changeTier(Tier newTier) {
        earlierMultiplyAdds += blocks.multiplyAdds();
        requireWeightsOfFile(newTier);
        blocks.prepare(newTier);
        tier = newTier;
    }

    /** Multiply-adds done by all calls so far, counted by the steps that did them. */
    public long multiplyAdds() {
        return earlierMultiplyAdds + blocks.multiplyAdds();
    }

    /** The kernels that the last call used. */
    public String kernels() {
        return tier.name();
    }

    /** How many threads share the streams of a call, the caller's among them. */
    public int threads() {
        return team.size();
    }

    /** Ends the threads of the session, if it has any; see {@link Session#close}. */
    public void close() {
        team.close();
    }

    /** The streams of a call, block by block; each worker has memory and steps of its own. */
    private final class Blocks implements Divisible {

        /** [block] the stream that it begins with, then the end of the last one. */
        private final int[] begins = new int[streams + 1];
        private int count;
        /** [worker] */
        private final StreamBlock[] workers = new StreamBlock[team.size()];
        private State[] states;

        void prepare(Tier newTier) {
            for (int worker = 0; worker < workers.length; worker++) {
                workers[worker] = new StreamBlock(model, rows, plan, newTier);
            }
        }

        /** Blocks of streams that are equally far, of one size where they are, so that steps are prepared once. */
        void divide(State[] newStates, int n) {
            states = newStates;
            count = 0;
            int size = size(n);
            int from = 0;
            while (from < n) {
                begins[count++] = from;
                int end = Math.min(n, from + size);
                do {
                    from++;
                } while (from < end && workers[0].together(states[begins[count - 1]], states[from]));
            }
            begins[count] = n;
        }

        private int size(int n) {
            int least = (n - 1) / plan.most() + 1;
            boolean shared = team.shares(cost(n));
            int wanted = shared ? Math.max(least, Math.min(team.size(), n / LEAST_BLOCK)) : least;
            return (n - 1) / Math.max(1, wanted) + 1;
        }

        /** By what streams have taken until now. */
        private long cost(int n) {
            return advanced == 0 ? 0 : (long) ((double) multiplyAdds() / advanced * n);
        }

        void run() {
            if (count == 0) {
                return;
            }
            StreamBlock first = workers[0];
            if (first.learns()) { // shapes are known when the first block has run
                run(0, count, 0);
                return;
            }
            first.shapeOutputs(states[0], begins[1]);
            // extents that states carry may fit for some streams only: none advances then
            for (int block = 0; block < count && model.stateDims().length > 0; block++) {
                first.checkFits(states[begins[block]], begins[block], begins[block + 1] - begins[block]);
            }
            try {
                team.run(this, count, 1, cost(begins[count]));
            } finally {
                states = null;
            }
        }

        @Override
        public void run(int from, int to, int worker) {
            for (int block = from; block < to; block++) {
                workers[worker].advance(states, begins[block], begins[block + 1] - begins[block]);
            }
        }

        long multiplyAdds() {
            long sum = 0;
            for (StreamBlock worker : workers) {
                sum += worker.multiplyAdds();
            }
            return sum;
        }
    }
}
