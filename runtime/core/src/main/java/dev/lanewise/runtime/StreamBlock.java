package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.runtime.batch.BatchPlan;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Prepared;
import java.util.List;

/**
 * The memory and the steps in which some streams advance together: gathers their states and inputs, runs, and gives
 * back what came of them. Used by one thread at a time.
 */
final class StreamBlock {

    private final Model model;
    private final Rows rows;
    private final int streamsDim;
    private final Execution execution;
    private final Prepared prepared;
    /** [state] where it begins in the arrays of a {@link State}. */
    private final int[] stateOffsets;
    /** [state] elements of one stream, in what is being copied. */
    private final int[] sizes;
    /** Symbols that the inputs decide. */
    private final int[] symbols;

    StreamBlock(Model model, Rows rows, BatchPlan plan, Tier tier) {
        this.model = model;
        this.rows = rows;
        streamsDim = plan.streams();
        prepared = plan.prepare(tier);
        execution = new Execution(model, prepared);
        for (DType.Storage storage : DType.Storage.values()) {
            int elements = plan.plan().stateElements()[storage.ordinal()];
            prepared.memory().state(storage).share(Buffer.allocate(storage, elements));
        }
        List<StateProto> states = model.program().getStatesList();
        stateOffsets = new int[states.size()];
        for (int i = 0; i < stateOffsets.length; i++) {
            stateOffsets[i] = model.plan().offset(states.get(i).getValue());
        }
        sizes = new int[states.size()];
        symbols = model.symbolsOfInputs();
    }

    /** Whether a stream can advance with another: states carry equal extents. */
    boolean together(State a, State b) {
        Extents definition = execution.definition();
        int[] dims = model.stateDims();
        for (int i = 0; i < dims.length; i++) {
            int least = model.carriesExtent(i) ? definition.min(dims[i]) : rows.extent(dims[i]);
            int there = a.extents()[i] < 0 ? least : a.extents()[i];
            int here = b.extents()[i] < 0 ? least : b.extents()[i];
            if (there != here) {
                return false;
            }
        }
        return true;
    }

    /** Whether shapes are known only when the steps have run. */
    boolean learns() {
        return execution.definition().learns();
    }

    /** The outputs of all streams get the shapes that those of the first block, of n streams, will have. */
    void shapeOutputs(State first, int n) {
        prepare(first, n);
        rows.shapeOutputs(prepared.outputs());
    }

    /** Fails where the streams' extents do not fit the model, or their outputs those of the first block. */
    void checkFits(State first, int from, int n) {
        prepare(first, n);
        rows.checkOutputs(prepared.outputs(), from);
    }

    /** Advances the streams {@code states[from, from + n)}, whose inputs and outputs are the rows of these numbers. */
    void advance(State[] states, int from, int n) {
        prepare(states[from], n);
        gather(states, from, n);
        rows.give(prepared.inputs(), from, n);
        execution.run();
        if (learns() && from == 0) {
            rows.shapeOutputs(prepared.outputs());
        }
        rows.take(prepared.outputs(), from, n);
        scatter(states, from, n);
    }

    private void prepare(State first, int n) {
        execution.setSymbol(streamsDim, n);
        for (int i = 0; i < symbols.length; i++) {
            execution.setSymbol(symbols[i], rows.extent(symbols[i]));
        }
        List<Operand> inputs = prepared.inputs();
        for (int i = 0; i < inputs.size(); i++) {
            Operand all = rows.inputs.get(i);
            Operand some = inputs.get(i);
            for (int axis = 0; axis < some.rank(); axis++) {
                int extent = axis == 0 ? n : all.shape[axis];
                if (some.shape[axis] != extent) {
                    some.shape[axis] = extent;
                    execution.shapeChanged();
                }
            }
        }
        execution.prepare(first);
    }

    /** Stream by stream, since what a state's objects cost is looking for them in memory. */
    private void gather(State[] states, int from, int n) {
        for (int i = 0; i < stateOffsets.length; i++) {
            sizes[i] = prepared.states().get(i).value().size / n;
        }
        for (int s = 0; s < n; s++) {
            State state = states[from + s];
            for (int i = 0; i < stateOffsets.length; i++) {
                Operand value = prepared.states().get(i).value();
                Buffer own = state.buffer(value.buffer.storage());
                own.copy(stateOffsets[i], value.buffer, value.offset + s * sizes[i], sizes[i]);
            }
        }
    }

    private void scatter(State[] states, int from, int n) {
        for (int i = 0; i < stateOffsets.length; i++) {
            sizes[i] = prepared.states().get(i).next().size / n;
        }
        for (int s = 0; s < n; s++) {
            State state = states[from + s];
            for (int i = 0; i < stateOffsets.length; i++) {
                Operand next = prepared.states().get(i).next();
                Buffer own = state.buffer(next.buffer.storage());
                next.buffer.copy(next.offset + s * sizes[i], own, stateOffsets[i], sizes[i]);
            }
            execution.grow(state);
        }
    }

    long multiplyAdds() {
        return prepared.memory().multiplyAdds();
    }
}
