package dev.lanewise.samples;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.samples.data.BytePairs;
import java.util.ArrayList;
import java.util.List;

/**
 * An encoder and a decoder of text, and the networks by which it is trained and used. What the decoder knows of the
 * sentence is its memory: one state, all of the encoder's states, or keys and values, as those say that extend it.
 * Pieces of words of both sides have one table, which also gives the scores.
 */
public abstract class EncoderDecoder {

    /** Sentences of a batch at most. */
    public static final int BATCH = 96;
    /** Pieces of a sentence at most. */
    public static final int LONGEST = 50;

    /**
     * What a decoder gives.
     *
     * @param scores {@code [batch, time, pieces]}
     * @param attention {@code [batch, time, steps]}; {@code null} for a decoder that has none
     */
    public record Decoded(Tensor scores, Tensor attention) {}

    /** Of a piece's vector. */
    protected final int size;
    private final Embedding table;
    private final Dropout dropped;

    protected EncoderDecoder(int pieces, int size, double dropout) {
        this.size = size;
        table = Embedding.of("table", pieces, size).init(Init.normal(1 / Math.sqrt(size)));
        dropped = Dropout.of("dropout", dropout);
    }

    /** Makes the memory of sentences {@code [batch, steps]}, of {@code lengths [batch]}; {@code null} for all of it. */
    protected abstract List<Tensor> encode(Tensor sentences, Tensor lengths);

    /** Scores what follows each of {@code before [batch, time]}. */
    protected abstract Decoded decode(Tensor before, List<Tensor> memory, Tensor lengths);

    /** Vectors of pieces, {@code [..., size]}. */
    protected Tensor embedded(Tensor pieces) {
        return pieces.then(table).times(Math.sqrt(size));
    }

    protected Tensor dropped(Tensor x) {
        return x.then(dropped);
    }

    /** Scores of pieces by vectors of the table's size. */
    protected Tensor scores(Tensor x) {
        return x.then(Dense.tied("scores", table));
    }

    /** All pieces at once, each from the right ones before it. */
    public Network training(long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Dim time = Dim.upTo("time", LONGEST);
        Tensor before = net.input("before", DType.I32, batch, time);
        Tensor sentences = net.input("sentences", DType.I32, batch, Dim.upTo("steps", LONGEST));
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Decoded decoded = decode(before, encode(sentences, lengths), lengths);
        net.output("scores", decoded.scores);
        net.loss("loss", CrossEntropy.of().ignoring(BytePairs.PADDING).smoothing(0.1)
                .mean(decoded.scores, net.target("after", DType.I32, batch, time)));
        return net.build();
    }

    /** What gives the memory of one sentence, with weights that were trained. */
    public Network encoder(Network trained) {
        NetworkBuilder net = trained.sibling();
        List<Tensor> memory = encode(net.input("sentences", DType.I32, Dim.ONE, Dim.upTo("steps", LONGEST)), null);
        for (int i = 0; i < memory.size(); i++) {
            net.output("memory." + i, memory.get(i));
        }
        return net.build();
    }

    /** What goes on from a memory. Compiled to be streamed along {@code time} it takes piece after piece. */
    public Network decoder(Network trained, Network encoder) {
        NetworkBuilder net = trained.sibling();
        List<Tensor> memory = new ArrayList<>();
        encoder.graph().outputs().forEach(port -> memory.add(
                net.input(port.name(), DType.F32, port.value().shape().toArray(Dim[]::new))));
        Tensor before = net.input("before", DType.I32, Dim.ONE, Dim.upTo("time", LONGEST));
        Decoded decoded = decode(before, memory, null);
        net.output("logarithms", decoded.scores.logSoftmax());
        if (decoded.attention != null) {
            net.output("attention", decoded.attention);
        }
        return net.build();
    }
}
