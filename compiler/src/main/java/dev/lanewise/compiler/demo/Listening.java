package dev.lanewise.compiler.demo;

import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;

/**
 * Plays a recording to a session, chunk by chunk, and takes the time of each. Once made it allocates
 * nothing.
 */
public final class Listening {

    private final float[] samples;
    private final Session session;
    private final Tensor input;
    private final Tensor output;
    private final float[] probabilities;
    private final long[] nanos;
    private int timed;

    /**
     * @param passes how many passes to keep the times of
     */
    public Listening(Detector detector, Session session, int passes) {
        this.samples = detector.samples();
        this.session = session;
        this.input = session.inputs().get(0);
        this.output = session.outputs().get(0);
        this.probabilities = new float[detector.chunks()];
        this.nanos = new long[detector.chunks() * passes];
    }

    /** Plays all of it from the beginning of a stream. Times beyond those to keep overwrite the first. */
    public void play() {
        session.state().reset();
        for (int chunk = 0; chunk < probabilities.length; chunk++) {
            long start = System.nanoTime();
            int from = chunk * Detector.CHUNK - Detector.CONTEXT;
            int missing = Math.max(0, -from); // before the recording there was silence
            float[] window = input.floats();
            Arrays.fill(window, input.offset(), input.offset() + missing, 0);
            System.arraycopy(samples, from + missing, window, input.offset() + missing,
                    Detector.CONTEXT + Detector.CHUNK - missing);
            session.run();
            probabilities[chunk] = output.get(0);
            nanos[timed] = System.nanoTime() - start;
            timed = timed + 1 == nanos.length ? 0 : timed + 1;
        }
    }

    /** Probability of speech in each chunk of the last pass. */
    public float[] probabilities() {
        return probabilities.clone();
    }

    /** Time that a share of all chunks took at most, such as 0.5 for the median. */
    public double micros(double share) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        int at = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, at))] / 1000.0;
    }

    public int timedChunks() {
        return nanos.length;
    }
}
