package dev.lanewise.compiler.network.program;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.generate.BeamSearch;
import dev.lanewise.runtime.generate.Sampling;
import dev.lanewise.runtime.generate.StepDecoder;
import java.util.Random;

/** Writes by a model that takes a symbol in each call. */
public final class Writer {

    private static final int BEGIN = 1;
    private static final int END = 2;

    private Writer() {}

    /** The most probable words, of what the encoder made of a sentence. */
    public static int[] words(Session encoder, Model model) {
        StepDecoder decoder = new StepDecoder(model, "before", "logarithms", 5);
        int[] words = new BeamSearch(5, BEGIN, END, 50).search(decoder.begin(encoder.outputs())).symbols();
        return words;
    }

    /** One that is drawn. */
    public static int next(float[] scores, Random random) {
        int next = new Sampling(0.8, 0.9).draw(scores, random);
        return next;
    }
}
