package dev.lanewise.runtime;

import dev.lanewise.formats.FormatException;
import dev.lanewise.runtime.batch.BatchPlan;
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
    private static final long BLOCK_BYTES = 1 << 20;

    /** Streams of a block, unless there are fewer at all: fewer rows would read the weights too often. */
    private static final int LEAST_BLOCK = 16;

    private final Model model;
    private final int streams;
    private final BatchPlan plan;
    private final Rows rows;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private Tier tier;
    private StreamBlock block;
    private long earlierMultiplyAdds;
    private long calls;

    BatchSession(Model model, Tier tier, int streams) {
        if (streams < 1) {
            throw new IllegalArgumentException("a session for " + streams + " streams; expected 1 or more");
        }
        this.model = model;
        this.streams = streams;
        this.tier = tier;
        rows = new Rows(model, streams, model.maxBytes());
        plan = model.batchPlan(blockSize());
        block = new StreamBlock(model, rows, plan, tier);
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
     * <p>Where shapes do not fit no stream advances. Where an index among the data points outside, streams of the
     * blocks before may have.
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
        if (model.stateDims().length > 0) {
            checkFits(states, n);
        }
        int from = 0;
        while (from < n) {
            int to = blockEnd(states, from, n);
            block.advance(states, from, to - from);
            from = to;
        }
    }

    /** Extents that states carry may fit for some streams only: no stream advances then. */
    private void checkFits(State[] states, int n) {
        int from = 0;
        while (from < n) {
            int to = blockEnd(states, from, n);
            block.checkFits(states, from, to - from);
            from = to;
        }
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

    /** The end of the block that begins at a stream: all that are equally far, but no more than the plan takes. */
    private int blockEnd(State[] states, int from, int n) {
        int blocks = (n - from + plan.most() - 1) / plan.most();
        int to = from + (n - from + blocks - 1) / blocks; // blocks of one size, so that steps are prepared once
        for (int i = from + 1; i < to; i++) {
            if (!block.together(states[from], states[i])) {
                return i;
            }
        }
        return to;
    }

    private void changeTier(Tier newTier) {
        earlierMultiplyAdds += block.multiplyAdds();
        block = new StreamBlock(model, rows, plan, newTier);
        tier = newTier;
    }

    /** Multiply-adds done by all calls so far, counted by the steps that did them. */
    public long multiplyAdds() {
        return earlierMultiplyAdds + block.multiplyAdds();
    }

    /** The kernels that the last call used. */
    public String kernels() {
        return tier.name();
    }
}
