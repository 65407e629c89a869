package dev.lanewise.compiler.demo;

import dev.lanewise.compiler.Compiled;

/**
 * A compiled detector with something to listen to. Its input takes {@link #CONTEXT} samples that were
 * heard before and {@link #CHUNK} new ones, at {@link #RATE} samples per second; its output is the
 * probability of speech in the new ones.
 *
 * @param title what it is, for people
 * @param compiled the model: one input, one output, state carried
 * @param samples the recording, in -1 to 1
 */
public record Detector(String title, Compiled compiled, float[] samples) {

    public static final int RATE = 16_000;
    public static final int CHUNK = 512;
    public static final int CONTEXT = 64;

    /** Whole chunks of the recording. */
    public int chunks() {
        return samples.length / CHUNK;
    }
}
