package dev.lanewise.runtime.generate;

import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;
import java.util.List;

/**
 * A compiled model that takes one symbol in each call and says what may follow. What it knows of the symbols so far, a
 * cell's state or the keys and values of attention, is a state that each beginning has; a beginning that goes on in two
 * ways has it copied. All beginnings advance in one call. For one thread; a step allocates nothing once warm.
 *
 * <pre>{@code
 * StepDecoder decoder = new StepDecoder(model, "before", "logarithms", 5);
 * int[] symbols = new BeamSearch(5, BEGIN, END, 50).search(decoder.begin(encoder.outputs())).symbols();
 * }</pre>
 */
public final class StepDecoder implements Decoder {

    private final BatchSession session;
    private final Tensor input;
    private final Tensor output;
    /** [beam] those of the last step, and those of the next. */
    private State[] states;
    private State[] next;
    private final float[][] logarithms;

    /**
     * @param model of one stream, {@code input} one symbol of i32, {@code output} the logarithms of what may follow it;
     *     further inputs are what {@link #begin} gives it to remember
     * @param beam the most beginnings of a step
     */
    public StepDecoder(Model model, String input, String output, int beam) {
        session = model.newBatchSession(beam);
        this.input = session.input(input);
        this.output = session.output(output);
        states = new State[beam];
        next = new State[beam];
        for (int row = 0; row < beam; row++) {
            states[row] = model.newState();
            next[row] = model.newState();
        }
        logarithms = new float[beam][this.output.rowSize()];
    }

    /**
     * Forgets the symbols so far, and remembers for all beginnings what tensors hold that have the names of inputs,
     * such as an encoder's outputs; of these it takes copies.
     *
     * @throws IllegalArgumentException where there is no input of such a name
     */
    public StepDecoder begin(List<Tensor> memory) {
        for (Tensor remembered : memory) {
            Tensor rows = session.input(remembered.name()); // [beam, ...]
            for (int axis = 0; axis < remembered.rank(); axis++) {
                rows.setExtent(axis + 1, remembered.extent(axis));
            }
            for (int row = 0; row < states.length; row++) {
                rows.setRow(row, remembered.floats(), remembered.offset());
            }
        }
        states[0].reset();
        return this;
    }

    /** @throws IllegalArgumentException where there are more beginnings than the beam has room for */
    @Override
    public float[][] step(int[] from, int[] symbols) {
        if (from.length > states.length) {
            throw new IllegalArgumentException(
                    from.length + " beginnings; the decoder was made for a beam of " + states.length);
        }
        for (int row = 0; row < from.length; row++) {
            next[row].copyFrom(states[from[row]]);
            input.ints()[input.rowOffset(row)] = symbols[row];
        }
        State[] last = states;
        states = next;
        next = last;
        session.stepBatch(states, from.length);
        for (int row = 0; row < from.length; row++) {
            System.arraycopy(output.floats(), output.rowOffset(row), logarithms[row], 0, output.rowSize());
        }
        return logarithms;
    }

    /**
     * What else the last step gave, {@code [beam, ...]}, where the model computed it.
     *
     * @throws IllegalArgumentException where there is no output of that name
     */
    public Tensor output(String name) {
        return session.output(name);
    }
}
