package dev.lanewise.samples.translation;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.generate.BeamSearch;
import dev.lanewise.runtime.generate.StepDecoder;
import dev.lanewise.samples.data.BytePairs;
import java.util.Arrays;

/** A compiled translator at work: the encoder once for a sentence, then the decoder piece by piece. For one thread. */
final class TextTranslator {

    private final Session encoder;
    private final StepDecoder decoder;
    private final BytePairs pieces;
    private final BeamSearch search;

    /** @param beam the widest that is asked for */
    TextTranslator(Model encoder, Model decoder, BytePairs pieces, int beam) {
        this.encoder = encoder.newSession();
        this.decoder = new StepDecoder(decoder, "before", "logarithms", beam);
        this.pieces = pieces;
        search = new BeamSearch(beam, BytePairs.BEGIN, BytePairs.END, Translator.LONGEST);
    }

    /** With a beam of 1 greedily. */
    String translate(String german, int beam) {
        return pieces.decode(search.beam(beam).search(read(sentence(german))).symbols());
    }

    /** The pieces of a sentence, cut where they are too many. */
    int[] sentence(String german) {
        int[] all = pieces.encode(german);
        return Arrays.copyOf(all, Math.min(all.length, Translator.LONGEST));
    }

    /** The decoder at the begin of a sentence's translation. */
    private StepDecoder read(int[] sentence) {
        Tensor input = encoder.input("sentences"); // [1, steps]
        input.setShape(1, sentence.length);
        System.arraycopy(sentence, 0, input.ints(), input.offset(), sentence.length);
        encoder.run();
        return decoder.begin(encoder.outputs());
    }

    /** What each piece of a translation, and its end, looked at: an output of the decoder. (english + 1, german) */
    float[] attention(int[] german, int[] english) {
        float[] weights = new float[(english.length + 1) * german.length];
        read(german);
        for (int t = 0; t <= english.length; t++) {
            decoder.step(new int[] {0}, new int[] {t == 0 ? BytePairs.BEGIN : english[t - 1]});
            Tensor row = decoder.output("attention"); // [beam, 1, 1, steps]
            System.arraycopy(row.floats(), row.rowOffset(0), weights, t * german.length, german.length);
        }
        return weights;
    }
}
