package dev.lanewise.samples.translation;

import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;

/**
 * A compiled translator at work: the encoder once for each sentence, then the decoder piece by piece. What it knows of
 * the pieces so far, a cell's state or the keys and values of attention, is the state that each beginning has; a
 * beginning that goes on in two ways forks it. For one thread.
 */
final class StepDecoder implements BeamSearch.Decoder {

    private final Session encoder;
    private final BatchSession decoder;
    /** (beam) those of the last step, and those of the next. */
    private State[] states;
    private State[] next;
    private final float[][] logarithms;

    StepDecoder(Model encoder, Model decoder, int beam) {
        this.encoder = encoder.newSession();
        this.decoder = decoder.newBatchSession(beam);
        states = new State[beam];
        next = new State[beam];
        for (int i = 0; i < beam; i++) {
            states[i] = decoder.newState();
            next[i] = decoder.newState();
        }
        logarithms = new float[beam][this.decoder.output("logarithms").rowSize()];
    }

    /** Reads a sentence. */
    StepDecoder read(int[] sentence) {
        Tensor input = encoder.input("sentences"); // [1, steps]
        input.setShape(1, sentence.length);
        System.arraycopy(sentence, 0, input.ints(), input.offset(), sentence.length);
        encoder.run();
        for (Tensor memory : encoder.outputs()) {
            Tensor rows = decoder.input(memory.name()); // [beam, ...]
            for (int axis = 0; axis < memory.rank(); axis++) {
                rows.setExtent(axis + 1, memory.extent(axis));
            }
            for (int row = 0; row < states.length; row++) {
                rows.setRow(row, memory.floats(), memory.offset());
            }
        }
        states[0].reset();
        return this;
    }

    @Override
    public float[][] step(int[] from, int[] pieces) {
        Tensor before = decoder.input("before"); // [beam, 1, 1]
        for (int row = 0; row < from.length; row++) {
            next[row].copyFrom(states[from[row]]);
            before.ints()[before.rowOffset(row)] = pieces[row];
        }
        State[] last = states;
        states = next;
        next = last;
        decoder.stepBatch(states, from.length);
        Tensor output = decoder.output("logarithms"); // [beam, 1, 1, pieces]
        for (int row = 0; row < from.length; row++) {
            System.arraycopy(output.floats(), output.rowOffset(row), logarithms[row], 0, output.rowSize());
        }
        return logarithms;
    }

    /** What the only row attended to in the last step, {@code [beam, 1, 1, steps]}: where the model computed it. */
    Tensor attention() {
        return decoder.output("attention");
    }
}
