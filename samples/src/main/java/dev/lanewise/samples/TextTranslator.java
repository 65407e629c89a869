package dev.lanewise.samples;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.generate.BeamSearch;
import dev.lanewise.runtime.generate.StepDecoder;
import dev.lanewise.samples.data.BytePairs;
import dev.lanewise.samples.page.HeatMap;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A compiled translator at work: the encoder once for a sentence, then the decoder piece by piece. For one thread. */
public final class TextTranslator {

    private final Session encoder;
    private final StepDecoder decoder;
    private final BytePairs pieces;
    private final BeamSearch search;

    private TextTranslator(Model encoder, Model decoder, BytePairs pieces, int beam) {
        this.encoder = encoder.newSession();
        this.decoder = new StepDecoder(decoder, "before", "logarithms", beam);
        this.pieces = pieces;
        search = new BeamSearch(beam, BytePairs.BEGIN, BytePairs.END, EncoderDecoder.LONGEST);
    }

    /**
     * Compiles what was trained to {@code NAME-encoder.lane} and {@code NAME-decoder.lane}, and takes it from there.
     *
     * @param beam the widest that is asked for
     */
    public static TextTranslator saved(Setting setting, String name, EncoderDecoder translator, Network trained,
            BytePairs pieces, int beam) throws IOException {
        Network encoder = translator.encoder(trained);
        Model encoding = Training.saved(setting, name + "-encoder", encoder);
        CompileOptions stepwise = CompileOptions.defaults().dim("time", 1, 1)
                .stream(new StreamAxis("time", EncoderDecoder.LONGEST));
        Model decoding = Training.saved(setting, name + "-decoder", translator.decoder(trained, encoder), stepwise);
        return new TextTranslator(encoding, decoding, pieces, beam);
    }

    /** With a beam of 1 greedily. */
    public String translate(String sentence, int beam) {
        return pieces.decode(search.beam(beam).search(read(ids(sentence))).symbols());
    }

    /** One sentence after the other. */
    public List<String> translate(List<String> sentences, int beam) {
        return sentences.stream().map(sentence -> translate(sentence, beam)).toList();
    }

    /** The pieces of a sentence, cut where they are too many. */
    private int[] ids(String sentence) {
        int[] all = pieces.encode(sentence);
        return Arrays.copyOf(all, Math.min(all.length, EncoderDecoder.LONGEST));
    }

    /** The decoder at the begin of a sentence's translation. */
    private StepDecoder read(int[] sentence) {
        Tensor input = encoder.input("sentences"); // [1, steps]
        input.setShape(1, sentence.length);
        System.arraycopy(sentence, 0, input.ints(), input.offset(), sentence.length);
        encoder.run();
        return decoder.begin(encoder.outputs());
    }

    /**
     * What each piece of a translation, and its end, looked at: an output of the decoder.
     *
     * @param from the language of the sentence, for people
     * @param to the language of the translation
     */
    public HeatMap alignment(String from, String sentence, String to, String translation) {
        int[] before = ids(sentence);
        int[] english = pieces.encode(translation);
        int[] next = Arrays.copyOf(english, english.length + 1);
        next[english.length] = BytePairs.END;
        float[] weights = new float[next.length * before.length]; // (next, before)
        read(before);
        for (int t = 0; t < next.length; t++) {
            decoder.step(new int[] {0}, new int[] {t == 0 ? BytePairs.BEGIN : next[t - 1]});
            Tensor row = decoder.output("attention"); // [beam, 1, 1, steps]
            System.arraycopy(row.floats(), row.rowOffset(0), weights, t * before.length, before.length);
        }
        return new HeatMap(to + " piece that comes next", from + " piece looked at", labels(next), labels(before),
                "weight", weights);
    }

    /** Pieces within a word begin with a hyphen. */
    private List<String> labels(int... ids) {
        return Arrays.stream(ids).mapToObj(pieces::piece)
                .map(piece -> piece.startsWith(" ") || !Character.isLetter(piece.charAt(0))
                        ? piece.strip() : "-" + piece)
                .toList();
    }
}
