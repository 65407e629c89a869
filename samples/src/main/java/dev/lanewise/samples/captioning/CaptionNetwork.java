package dev.lanewise.samples.captioning;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.AdditiveAttention;
import dev.lanewise.compiler.network.BatchNorm;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.LearnedPositions;
import dev.lanewise.compiler.network.Loop;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.samples.data.Scene;
import java.util.List;

/** Writes a caption of a picture: convolutions make a map of it, a recurrent decoder looks at the map word by word. */
final class CaptionNetwork {

    static final int BATCH = 16;
    /** Words of the longest caption, with its end. */
    static final int LONGEST = 9;
    /** Of a side of the map. */
    static final int CELLS = 8;
    private static final int UNITS = 128;
    private static final Dim SIDE = Dim.of(Scene.SIZE);

    private final AdditiveAttention attention = AdditiveAttention.of("attention", 64);
    private final Recurrent decoder = Gru.of("decoder", UNITS);
    private final Dense thought = Dense.of("thought", UNITS).relu();
    private final Embedding embedding;
    private final Dense scores;
    private final boolean attends;

    /** @param attends false for a decoder that always sees all of the map, as its mean */
    CaptionNetwork(int words, boolean attends) {
        embedding = Embedding.of("embedding", words, 32);
        scores = Dense.of("scores", words);
        this.attends = attends;
    }

    private static Tensor see(Tensor x, int layer, int filters, int stride) {
        return x.then(Conv2d.of("see." + layer, filters, 3, 3).same().stride(stride).init(Init.heNormal()))
                .then(BatchNorm.of("norm." + layer))
                .relu();
    }

    /** The places of the map, and what the picture has there; or one place, with the mean of it all. */
    private AdditiveAttention.Memory look(Tensor picture) {
        Tensor map = see(see(see(picture.minus(0.5), 0, 32, 2), 1, 48, 2), 2, 64, 2);
        map = see(see(map, 3, 96, 1), 4, 96, 1);
        Tensor places = map.mergeAxes(1).then(LearnedPositions.of("places", CELLS * CELLS));
        return attention.memory(attends ? places : places.mean(1).insertAxis(1), null);
    }

    /** A word, from the one before it, the decoder's state, and where it looked last. */
    private Loop.Step step(Tensor word, Tensor state, Tensor looked, AdditiveAttention.Memory memory) {
        Tensor input = Tensor.concat(1, word.then(embedding), looked).insertAxis(1);
        Tensor next = decoder.run(input, null, List.of(state)).last();
        AdditiveAttention.Result seen = attention.attend(next, memory);
        Tensor found = Tensor.concat(1, next, seen.output()).then(thought).then(scores);
        return Loop.step(next, seen.weights()).giving(found, seen.weights());
    }

    /** Nothing said yet, and looked nowhere. */
    private static List<Tensor> begin(AdditiveAttention.Memory memory) {
        Tensor zero = memory.values().net().constant(Literal.scalar(0f));
        Dim batch = memory.values().dim(0);
        return List.of(zero.expand(batch, Dim.of(UNITS)), zero.expand(batch, memory.values().dim(1)));
    }

    /** All words, each from the right one before it. */
    Network training(long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Dim time = Dim.upTo("time", LONGEST);
        AdditiveAttention.Memory memory = look(net.input("picture", DType.F32, batch, SIDE, SIDE, Dim.of(3)));
        Tensor found = Loop.over(1, net.input("before", DType.I32, batch, time)).carrying(begin(memory))
                .run((words, states) -> step(words.get(0), states.get(0), states.get(1), memory))
                .outputs().get(0);
        net.output("scores", found);
        net.loss("loss", CrossEntropy.of().ignoring(0).mean(found, net.target("expected", DType.I32, batch, time)));
        return net.build();
    }

    /** All words, each from the one that it wrote before; where it looked for each is an output of its own. */
    Network writing(Network trained) {
        NetworkBuilder net = trained.sibling();
        AdditiveAttention.Memory memory = look(net.input("picture", DType.F32, Dim.ONE, SIDE, SIDE, Dim.of(3)));
        Tensor nothing = net.constant(Literal.of(new long[1], 1));
        List<Tensor> begin = begin(memory);
        Loop.Result written = Loop.times(1, Dim.of(LONGEST)).carrying(nothing, begin.get(0), begin.get(1))
                .run((none, states) -> {
                    Loop.Step step = step(states.get(0), states.get(1), states.get(2), memory);
                    Tensor word = step.outputs().get(0).argMax();
                    return Loop.step(word, step.states().get(0), step.states().get(1))
                            .giving(word, step.outputs().get(1));
                });
        net.output("words", written.outputs().get(0));
        net.output("attention", written.outputs().get(1));
        return net.build();
    }
}
