package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.plan.Block;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Prepared;
import dev.lanewise.runtime.plan.SessionMemory;
import java.util.Arrays;
import java.util.List;

/**
 * A program prepared with the kernels of one tier, and the extents that it runs with: those that callers set, those
 * that states carry, and those that follow. Used by one thread at a time. Allocates nothing but the text of errors.
 */
final class Execution implements Shapes {

    private static final DType.Storage[] STORAGES = DType.Storage.values();

    private final Model model;
    private final Prepared prepared;
    private boolean reshaped = true;
    /** [state][axis] position of the extent's symbol in {@code model.stateDims()}; negative for anything else. */
    private final int[][] stateAxes;
    /** [symbol of states] its value once this run's successors are values. */
    private final int[] grown;

    Execution(Model model, Prepared prepared) {
        this.model = model;
        this.prepared = prepared;
        stateAxes = new int[prepared.states().size()][];
        for (int i = 0; i < stateAxes.length; i++) {
            Operand value = prepared.states().get(i).value();
            stateAxes[i] = new int[value.rank()];
            for (int axis = 0; axis < value.rank(); axis++) {
                stateAxes[i][axis] = Arrays.binarySearch(model.stateDims(), value.dim(axis));
            }
        }
        grown = new int[model.stateDims().length];
    }

    Prepared prepared() {
        return prepared;
    }

    SessionMemory memory() {
        return prepared.memory();
    }

    @Override
    public Extents definition() {
        return memory().definition();
    }

    @Override
    public void setSymbol(int id, int extent) {
        int[] extents = memory().extents();
        if (extents[id] != extent) {
            extents[id] = extent;
            reshaped = true;
        }
    }

    @Override
    public void shapeChanged() {
        reshaped = true;
    }

    /** Makes the state's arrays those that the steps read and write. */
    void share(State state) {
        for (DType.Storage storage : STORAGES) {
            memory().state(storage).share(state.buffer(storage));
        }
    }

    /**
     * Prepares the steps where extents have changed, so that what does not fit fails before anything has run.
     *
     * @param state whose extents the run begins with
     * @throws ShapeException where the inputs' shapes do not fit each other or the state
     */
    void prepare(State state) {
        takeStateExtents(state);
        if (reshaped) {
            reshape();
        }
    }

    /** Runs the steps. */
    void run() {
        run(prepared.body());
    }

    /** Runs the steps on one of two sets of weights. */
    void run(int set) {
        run(set == 0 ? prepared.body() : prepared.twin());
    }

    private void run(Block body) {
        body.run();
        if (definition().learns()) {
            finishShapes();
        }
    }

    /** The state's extents become those of its successor. */
    void grow(State state) {
        int[] dims = model.stateDims();
        for (int i = 0; i < dims.length; i++) {
            state.extents()[i] = grown[i];
            setSymbol(dims[i], grown[i]);
        }
    }

    /**
     * Lengths that the state carries become the session's; those it shares with the inputs must be what they were when
     * it was advanced. Looked at in each run, since a state may be reset, or advanced by another session, at any time.
     */
    void takeStateExtents(State state) {
        int[] dims = model.stateDims();
        for (int i = 0; i < dims.length; i++) {
            int extent = state.extents()[i];
            if (model.carriesExtent(i)) {
                setSymbol(dims[i], extent < 0 ? definition().min(dims[i]) : extent);
            } else if (extent >= 0 && extent != memory().extents()[dims[i]]) {
                throw new ShapeException("the state was advanced with " + definition().name(dims[i])
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
        if (!definition().learns()) {
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
        for (int i = 0; i < prepared.inputs().size(); i++) {
            Operand operand = prepared.inputs().get(i);
            for (int axis = 0; axis < operand.rank(); axis++) {
                int extent = memory().extents()[operand.dim(axis)];
                if (operand.shape[axis] != extent) {
                    throw new ShapeException("input '" + model.inputNames().get(i) + "' " + operand.describe()
                            + ", axis " + axis + ": expected " + definition().name(operand.dim(axis))
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
        if (extent > definition().max(dim) || extent < definition().min(dim)) {
            throw new ShapeException("state '" + model.stateNames().get(i) + "' would grow to "
                    + definition().name(dim) + " = " + extent + ", beyond its bound of "
                    + definition().max(dim) + "; reset the state, or compile with a larger bound");
        }
    }
}
