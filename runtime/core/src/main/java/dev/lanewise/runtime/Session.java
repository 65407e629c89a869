package dev.lanewise.runtime;

import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.plan.LiveWeights;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Prepared;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.team.Team;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a model: one thread at a time, as many streams as there are {@link State}s. Holds the arena
 * and the prepared steps. After warm-up {@link #run()} allocates nothing, whatever extents were set.
 *
 * <pre>{@code
 * Session session = model.newSession();
 * Tensor x = session.input("x"), y = session.output("y");
 * x.set(chunk);
 * session.run();
 * float first = y.get(0);
 * }</pre>
 */
public final class Session {

    private final Model model;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private final Team team;
    private Tier tier;
    private Execution execution;
    private State state;
    /** {@code null} where weights stay as they are. */
    private LiveWeights.Reader reader;
    private long earlierMultiplyAdds;

    Session(Model model, Tier tier, Team team) {
        this.model = model;
        this.team = team;
        this.tier = tier;
        this.execution = new Execution(model, tier.prepare(team));
        this.reader = tier.live() == null ? null : tier.live().newReader();
        this.state = new State(model);
        List<Operand> operands = execution.prepared().inputs();
        for (int i = 0; i < operands.size(); i++) {
            inputs.add(new Tensor(model.inputNames().get(i), execution, operands.get(i), true));
        }
        operands = execution.prepared().outputs();
        for (int i = 0; i < operands.size(); i++) {
            outputs.add(new Tensor(model.outputNames().get(i), execution, operands.get(i), false));
        }
        execution.share(state);
    }

    SessionMemory memory() {
        return execution.memory();
    }

    public Model model() {
        return model;
    }

    /** All inputs, in the model's order. */
    public List<Tensor> inputs() {
        return List.copyOf(inputs);
    }

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

    /** The state that runs read and advance; a new session has one of its own. */
    public State state() {
        return state;
    }

    /**
     * Makes {@code newState} the one that runs read and advance. Costs a few field writes; allocates
     * nothing.
     *
     * @throws FormatException where the state belongs to another model
     */
    public void bind(State newState) {
        if (newState.model() != model) {
            throw new FormatException(model.name(), "", "the state was made by another model");
        }
        state = newState;
        execution.share(state);
    }

    /**
     * Computes the outputs from the inputs and advances the state. A run that fails leaves the state as
     * it was, unless it fails at an index among the data and the model changes a state in place.
     *
     * @throws ShapeException where the inputs' shapes do not fit each other or the state
     * @throws dev.lanewise.formats.PlanException where an index among the data points outside
     */
    public void run() {
        if (tier != model.tier()) {
            changeTier(model.tier());
        }
        execution.prepare(state);
        if (reader == null) {
            execution.run();
        } else {
            runOnLiveWeights();
        }
        commit();
    }

    private void runOnLiveWeights() {
        int set = reader.enter();
        try {
            execution.run(set);
        } finally {
            reader.leave();
        }
    }

    /** The successor of each state becomes its value. */
    private void commit() {
        List<Prepared.Carried> states = execution.prepared().states();
        for (int i = 0; i < states.size(); i++) {
            Operand value = states.get(i).value();
            Operand next = states.get(i).next();
            if (value.buffer != next.buffer || value.offset != next.offset) {
                next.buffer.copy(next.offset, value.buffer, value.offset, next.size);
            }
        }
        execution.grow(state);
    }

    /** Prepares the steps anew with other kernels and takes over inputs and shapes. */
    private void changeTier(Tier newTier) {
        Prepared old = execution.prepared();
        Execution next = new Execution(model, newTier.prepare(team));
        Prepared prepared = next.prepared();
        System.arraycopy(
                old.memory().extents(), 0, prepared.memory().extents(), 0, old.memory().extents().length);
        for (int i = 0; i < inputs.size(); i++) {
            Operand from = old.inputs().get(i);
            Operand to = prepared.inputs().get(i);
            to.buffer.share(from.buffer); // handles that users hold stay valid
            System.arraycopy(from.shape, 0, to.shape, 0, from.shape.length);
            to.size = from.size;
            inputs.get(i).rebind(next, to);
        }
        for (int i = 0; i < outputs.size(); i++) {
            prepared.outputs().get(i).buffer.share(old.outputs().get(i).buffer);
            outputs.get(i).rebind(next, prepared.outputs().get(i));
        }
        earlierMultiplyAdds += old.memory().multiplyAdds();
        prepared.memory().continueDraws(old.memory().draws());
        if (newTier.live() != null && reader == null) {
            reader = newTier.live().newReader();
        }
        tier = newTier;
        execution = next;
        execution.share(state);
    }

    /** How many random tensors runs have drawn so far; the next one is that of this number. */
    public long draws() {
        return memory().draws();
    }

    /** Goes on drawing at a number that {@link #draws()} gave, of this session or of another of the same model. */
    public void continueDraws(long next) {
        memory().continueDraws(next);
    }

    /**
     * Computes the last run once more, step by step, without advancing the state, and says where the first value
     * appeared that is no number, or no finite one: the name of the step and of its tensor. Allocates.
     *
     * @return {@code null} where all are finite
     */
    public String findNonFinite() {
        execution.prepare(state);
        return NonFinite.find(model, execution.prepared());
    }

    /** Multiply-adds done by all runs so far, counted by the steps that did them. */
    public long multiplyAdds() {
        return earlierMultiplyAdds + memory().multiplyAdds();
    }

    /** The number of the weights that the last run used: 0 for those of the file, then see {@link Model#publish}. */
    public int weightsVersion() {
        return reader == null ? 0 : reader.version();
    }

    /** How many threads share large steps, the caller's among them. */
    public int threads() {
        return team.size();
    }

    /**
     * Ends the threads that {@link SessionOptions#threads} gave the session; runs afterwards stay on the caller's.
     * They also end when the session is no longer reachable, and a session without any has nothing to close.
     */
    public void close() {
        team.close();
    }

    /** The kernels that the last run used. */
    public String kernels() {
        return tier.name();
    }
}
