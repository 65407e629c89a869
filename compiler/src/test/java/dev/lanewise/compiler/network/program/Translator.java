package dev.lanewise.compiler.network.program;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.AdditiveAttention;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.Loop;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.List;

/** Sentences into another language, with attention (Bahdanau, Cho, Bengio 2015). */
public final class Translator {

    private final Embedding source = Embedding.of("source", 8_000, 128);
    private final Recurrent encoder = Gru.of("encoder", 128).bidirectional();
    private final Embedding target = Embedding.of("target", 8_000, 128);
    private final AdditiveAttention attention = AdditiveAttention.of("attention", 128);
    private final Recurrent decoder = Gru.of("decoder", 256);
    private final Dense scores = Dense.of("scores", 8_000);

    private final Dim batch = Dim.upTo("batch", 16);
    private final Dim steps = Dim.upTo("steps", 50);
    private final Dim time = Dim.upTo("time", 50);

    /** One word, from the word before, the decoder's state and what the encoder made of the sentence. */
    private Loop.Step step(Tensor word, Tensor state, AdditiveAttention.Memory memory) {
        AdditiveAttention.Result seen = attention.attend(state, memory);
        Tensor input = Tensor.concat(1, word.then(target), seen.output()).insertAxis(1);
        Recurrent.Result result = decoder.run(input, null, List.of(state));
        return Loop.step(result.last()).giving(result.last().then(scores), seen.weights());
    }

    /** All words at once, each from the right one before it. */
    public Network training() {
        NetworkBuilder net = Network.builder(42);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Recurrent.Result encoded =
                encoder.run(net.input("sentence", DType.I32, batch, steps).then(source), lengths);
        AdditiveAttention.Memory memory = attention.memory(encoded.output(), lengths);

        Tensor before = net.input("before", DType.I32, batch, time);
        Loop.Result translated = Loop.over(1, before).carrying(encoded.last())
                .run((slices, states) -> step(slices.get(0), states.get(0), memory));

        net.output("scores", translated.outputs().get(0));
        net.output("attention", translated.outputs().get(1));
        Tensor expected = net.target("expected", DType.I32, batch, time);
        net.loss("loss", CrossEntropy.of().ignoring(0).smoothing(0.1).mean(translated.outputs().get(0), expected));
        return net.build();
    }

    /** All words, each from the one that was chosen before it, over the weights of training. */
    public Network translating(Network trained) {
        NetworkBuilder net = trained.sibling();
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Recurrent.Result encoded =
                encoder.run(net.input("sentence", DType.I32, batch, steps).then(source), lengths);
        AdditiveAttention.Memory memory = attention.memory(encoded.output(), lengths);

        Tensor begin = net.input("begin", DType.I32, batch).cast(DType.I64);
        Loop.Result translated = Loop.times(1, Dim.of(50)).carrying(begin, encoded.last()).run((none, states) -> {
            Loop.Step next = step(states.get(0), states.get(1), memory);
            Tensor word = next.outputs().get(0).argMax();
            return Loop.step(word, next.states().get(0)).giving(word, next.outputs().get(1));
        });

        net.output("words", translated.outputs().get(0));
        net.output("attention", translated.outputs().get(1));
        return net.build();
    }

    /** The encoder by itself, over the weights of training: what each step of the decoder needs. */
    public Network encoder(Network trained) {
        NetworkBuilder net = trained.sibling();
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Recurrent.Result encoded =
                encoder.run(net.input("sentence", DType.I32, batch, steps).then(source), lengths);
        net.output("state", encoded.last());
        net.output("values", encoded.output());
        net.output("keys", attention.memory(encoded.output(), lengths).keys());
        return net.build();
    }

    /** One step of the decoder by itself, over the weights of training. */
    public Network decoder(Network trained) {
        NetworkBuilder net = trained.sibling();
        AdditiveAttention.Memory memory = new AdditiveAttention.Memory(
                net.input("values", DType.F32, batch, steps, Dim.of(256)),
                net.input("keys", DType.F32, batch, steps, Dim.of(128)),
                Sequences.mask(net.input("lengths", DType.I32, batch), steps));
        Loop.Step next = step(
                net.input("word", DType.I32, batch), net.input("state", DType.F32, batch, Dim.of(256)), memory);
        net.output("scores", next.outputs().get(0));
        net.output("attention", next.outputs().get(1));
        net.output("next", next.states().get(0));
        return net.build();
    }
}
