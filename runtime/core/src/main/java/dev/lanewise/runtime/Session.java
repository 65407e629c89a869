package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Prepared;
import dev.lanewise.runtime.plan.SessionMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a model: one thread at a time, as many streams as there are {@link State}s. Holds the arena
 * and the prepared steps. After warm-up {@link #run()} allocates nothing, whatever extents were set; except
 * for powers in f64, for which the JDK's {@code StrictMath.pow} makes arrays.
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
    private Tier tier;
    private Prepared prepared;
    private State state;
    private boolean reshaped = true;
    /** [state][axis] position of the extent's symbol in {@code model.stateDims()}; negative for a number. */
    private final int[][] stateAxes;
    /** [symbol of states] its value once this run's successors are values. */
    private final int[] grown;
    private long earlierMultiplyAdds;

    Session(Model model, Tier tier) {
        this.model = model;
        this.tier = tier;
        this.prepared = tier.prepare();
        this.state = new State(model);
        for (int i = 0; i < prepared.inputs().size(); i++) {
            inputs.add(new Tensor(model.inputNames().get(i), this, prepared.inputs().get(i), true));
        }
        for (int i = 0; i < prepared.outputs().size(); i++) {
            outputs.add(new Tensor(model.outputNames().get(i), this, prepared.outputs().get(i), false));
        }
        stateAxes = new int[prepared.states().size()][];
        for (int i = 0; i < stateAxes.length; i++) {
            Operand value = prepared.states().get(i).value();
            stateAxes[i] = new int[value.rank()];
            for (int axis = 0; axis < value.rank(); axis++) {
                stateAxes[i][axis] = Arrays.binarySearch(model.stateDims(), value.dim(axis));
            }
        }
        grown = new int[model.stateDims().length];
        shareState();
    }

    SessionMemory memory() {
        return prepared.memory();
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
        return find(inputs, name, "input");
    }

    /**
     * The output of that name.
     *
     * @throws IllegalArgumentException where there is none; the message lists those there are
     */
    public Tensor output(String name) {
        return find(outputs, name, "output");
    }

    private static Tensor find(List<Tensor> tensors, String name, String side) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                return tensors.get(i);
            }
        }
        StringBuilder names = new StringBuilder();
        for (Tensor tensor : tensors) {
            names.append(names.length() == 0 ? "" : ", ").append(tensor);
        }
        throw new IllegalArgumentException("no " + side + " '" + name + "'; there are: " + names);
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
        shareState();
    }

    private void shareState() {
        for (DType.Storage storage : STORAGES) {
            memory().state(storage).share(state.buffer(storage));
        }
    }

    private static final DType.Storage[] STORAGES = DType.Storage.values();

    void setSymbol(int id, int extent) {
        int[] extents = memory().extents();
        if (extents[id] != extent) {
            extents[id] = extent;
            reshaped = true;
        }
    }

    /** An input's shape was set. */
    void shapeChanged() {
        reshaped = true;
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
        takeStateExtents();
        if (reshaped) {
            reshape();
        }
        prepared.body().run();
        if (memory().definition().learns()) {
            finishShapes();
        }
        commit();
    }

    /**
     * Lengths that the state carries become the session's; those it shares with the inputs must be what
     * they were when it was advanced. Looked at in each run, since a state may be reset, or advanced by
     * another session, at any time.
     */
    private void takeStateExtents() {
        int[] dims = model.stateDims();
        for (int i = 0; i < dims.length; i++) {
            int extent = state.extents()[i];
            if (model.carriesExtent(i)) {
                setSymbol(dims[i], extent < 0 ? memory().definition().min(dims[i]) : extent);
            } else if (extent >= 0 && extent != memory().extents()[dims[i]]) {
                throw new ShapeException("the state was advanced with " + memory().definition().name(dims[i])
                        + " = " + extent + ", the inputs now have " + memory().extents()[dims[i]]
                        + "; reset the state or bind another");
            }
        }
    }

    private void reshape() {
        memory().evaluate();
        checkInputs();
        List<Prepared.Carried> states = prepared.states();
        for (int i = 0; i < states.size(); i++) {
            states.get(i).value().refresh(memory().extents());
        }
        prepared.body().reshape();
        if (!memory().definition().learns()) {
            finishShapes();
        }
        reshaped = false;
    }

    /** Shapes of what the steps have written, or will write. */
    private void finishShapes() {
        List<Operand> written = prepared.outputs();
        for (int i = 0; i < written.size(); i++) {
            written.get(i).refresh(memory().extents());
        }
        planGrowth();
    }

    /** The shapes set on inputs that share a symbol must agree. */
    private void checkInputs() {
        for (int i = 0; i < inputs.size(); i++) {
            Operand operand = prepared.inputs().get(i);
            for (int axis = 0; axis < operand.rank(); axis++) {
                int extent = memory().extents()[operand.dim(axis)];
                if (operand.shape[axis] != extent) {
                    throw new ShapeException("input '" + inputs.get(i).name() + "' " + operand.describe()
                            + ", axis " + axis + ": expected " + memory().definition().name(operand.dim(axis))
                            + " = " + extent + ", as the other inputs have it");
                }
            }
            operand.refresh(memory().extents());
        }
    }

    /** The extents that states will have after this run; fails where one cannot have them. */
    private void planGrowth() {
        Arrays.fill(grown, -1);
        List<Prepared.Carried> states = prepared.states();
        for (int i = 0; i < states.size(); i++) {
            Operand value = states.get(i).value();
            Operand next = states.get(i).next();
            next.refresh(memory().extents());
            for (int axis = 0; axis < next.rank(); axis++) {
                int symbol = stateAxes[i][axis];
                int extent = next.shape[axis];
                if (symbol < 0 ? extent != value.shape[axis] : grown[symbol] >= 0 && grown[symbol] != extent
                        || !model.carriesExtent(symbol) && extent != value.shape[axis]) {
                    throw new ShapeException("state '" + model.stateNames().get(i) + "' " + value.describe()
                            + " would become " + next.describe() + ": axis " + axis + " cannot change like that");
                }
                if (symbol >= 0) {
                    checkGrowth(i, value.dim(axis), extent);
                    grown[symbol] = extent;
                }
            }
        }
    }

    private void checkGrowth(int i, int dim, int extent) {
        if (extent > memory().definition().max(dim) || extent < memory().definition().min(dim)) {
            throw new ShapeException("state '" + model.stateNames().get(i) + "' would grow to "
                    + memory().definition().name(dim) + " = " + extent + ", beyond its bound of "
                    + memory().definition().max(dim) + "; reset the state, or compile with a larger bound");
        }
    }

    /** The successor of each state becomes its value. */
    private void commit() {
        List<Prepared.Carried> states = prepared.states();
        for (int i = 0; i < states.size(); i++) {
            Operand value = states.get(i).value();
            Operand next = states.get(i).next();
            if (value.buffer != next.buffer || value.offset != next.offset) {
                next.buffer.copy(next.offset, value.buffer, value.offset, next.size);
            }
        }
        int[] dims = model.stateDims();
        for (int i = 0; i < dims.length; i++) {
            state.extents()[i] = grown[i];
            setSymbol(dims[i], grown[i]);
        }
    }

    /** Prepares the steps anew with other kernels and takes over inputs and shapes. */
    private void changeTier(Tier newTier) {
        Prepared old = prepared;
        prepared = newTier.prepare();
        System.arraycopy(
                old.memory().extents(), 0, prepared.memory().extents(), 0, old.memory().extents().length);
        for (int i = 0; i < inputs.size(); i++) {
            Operand from = old.inputs().get(i);
            Operand to = prepared.inputs().get(i);
            to.buffer.share(from.buffer); // handles that users hold stay valid
            System.arraycopy(from.shape, 0, to.shape, 0, from.shape.length);
            to.size = from.size;
            inputs.get(i).rebind(to);
        }
        for (int i = 0; i < outputs.size(); i++) {
            prepared.outputs().get(i).buffer.share(old.outputs().get(i).buffer);
            outputs.get(i).rebind(prepared.outputs().get(i));
        }
        earlierMultiplyAdds += old.memory().multiplyAdds();
        memory().continueDraws(old.memory());
        tier = newTier;
        reshaped = true;
        shareState();
    }

    /** Multiply-adds done by all runs so far, counted by the steps that did them. */
    public long multiplyAdds() {
        return earlierMultiplyAdds + memory().multiplyAdds();
    }

    /** The kernels that the last run used. */
    public String kernels() {
        return tier.name();
    }
}
