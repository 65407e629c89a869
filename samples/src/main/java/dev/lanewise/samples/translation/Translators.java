package dev.lanewise.samples.translation;

import dev.lanewise.compiler.network.AdditiveAttention;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.LayerNorm;
import dev.lanewise.compiler.network.Loop;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerDecoderLayer;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.samples.EncoderDecoder;
import java.util.ArrayList;
import java.util.List;

/** Three encoder-decoders, each with another memory between the two. */
final class Translators {

    private Translators() {}

    /** The encoder's last states are all that the decoder begins with (Sutskever, Vinyals, Le 2014). */
    static final class LastState extends EncoderDecoder {
        private final Recurrent encoder = Gru.of("encoder", size).bidirectional();
        private final Dense between = Dense.of("between", 2 * size).tanh();
        private final Recurrent decoder = Gru.of("decoder", 2 * size);
        private final Dense readout = Dense.of("readout", size).tanh();

        LastState(int pieces, int size) {
            super(pieces, size, 0.2);
        }

        @Override
        protected List<Tensor> encode(Tensor sentences, Tensor lengths) {
            Tensor last = encoder.run(dropped(embedded(sentences)), lengths).last();
            return List.of(last.then(between));
        }

        @Override
        protected Decoded decode(Tensor before, List<Tensor> memory, Tensor lengths) {
            Tensor states = decoder.run(dropped(embedded(before)), null, memory).output();
            return new Decoded(scores(dropped(states.then(readout))), null);
        }
    }

    /** Before each of its steps the decoder looks at all of the encoder's states (Bahdanau, Cho, Bengio 2015). */
    static final class RepeatedAttention extends EncoderDecoder {
        private final Recurrent encoder = Gru.of("encoder", size).bidirectional();
        private final Dense between = Dense.of("between", size).tanh();
        private final AdditiveAttention attention = AdditiveAttention.of("attention", size);
        private final Recurrent decoder = Gru.of("decoder", size);
        private final Dense readout = Dense.of("readout", size).tanh();

        RepeatedAttention(int pieces, int size) {
            super(pieces, size, 0.2);
        }

        @Override
        protected List<Tensor> encode(Tensor sentences, Tensor lengths) {
            Recurrent.Result encoded = encoder.run(dropped(embedded(sentences)), lengths);
            Tensor values = dropped(encoded.output());
            return List.of(encoded.last().then(between), values, attention.memory(values, lengths).keys());
        }

        @Override
        protected Decoded decode(Tensor before, List<Tensor> memory, Tensor lengths) {
            Tensor seen = lengths == null ? null : Sequences.mask(lengths, memory.get(1).dim(1));
            var states = new AdditiveAttention.Memory(memory.get(1), memory.get(2), seen);
            Tensor pieces = dropped(embedded(before));
            List<Tensor> steps = Loop.over(1, pieces).carrying(memory.get(0)).run((slices, carried) -> {
                AdditiveAttention.Result read = attention.attend(carried.get(0), states);
                Tensor input = Tensor.concat(1, slices.get(0), read.output()).insertAxis(1);
                Tensor next = decoder.run(input, null, carried).last();
                return Loop.step(next).giving(next, read.output(), read.weights());
            }).outputs();
            Tensor all = Tensor.concat(2, pieces, steps.get(0), steps.get(1));
            return new Decoded(scores(dropped(all.then(readout))), steps.get(2));
        }
    }

    /** Attention alone: of each language to itself, and of the decoder to the encoder (Vaswani and others 2017). */
    static final class Transformer extends EncoderDecoder {
        private static final int HEADS = 4;
        private final List<TransformerEncoderLayer> encoders = new ArrayList<>();
        private final List<TransformerDecoderLayer> decoders = new ArrayList<>();
        private final SinusoidalPositions positions = SinusoidalPositions.of("positions", LONGEST);
        private final LayerNorm norm = LayerNorm.of("encoder.norm");

        Transformer(int pieces, int size, int layers) {
            super(pieces, size, 0.1);
            for (int i = 0; i < layers; i++) {
                encoders.add(TransformerEncoderLayer.of("encoder." + i, HEADS, 2 * size).preNorm().dropout(0.1));
                decoders.add(TransformerDecoderLayer.of("decoder." + i, HEADS, 2 * size).preNorm().dropout(0.1));
            }
        }

        @Override
        protected List<Tensor> encode(Tensor sentences, Tensor lengths) {
            Tensor x = dropped(embedded(sentences).then(positions));
            for (TransformerEncoderLayer layer : encoders) {
                x = layer.apply(x, lengths);
            }
            Tensor encoded = x.then(norm);
            List<Tensor> memory = new ArrayList<>();
            for (TransformerDecoderLayer layer : decoders) {
                MultiHeadAttention.Memory seen = layer.memory(encoded, lengths);
                memory.addAll(List.of(seen.keys(), seen.values()));
            }
            return memory;
        }

        @Override
        protected Decoded decode(Tensor before, List<Tensor> memory, Tensor lengths) {
            Tensor x = dropped(embedded(before).then(positions));
            Tensor attention = null;
            for (int i = 0; i < decoders.size(); i++) {
                var seen = new MultiHeadAttention.Memory(memory.get(2 * i), memory.get(2 * i + 1), lengths);
                MultiHeadAttention.Result attended = decoders.get(i).weigh(x, null, seen);
                x = attended.output();
                attention = attended.weights().mean(1);
            }
            return new Decoded(scores(x.then(LayerNorm.of("decoder.norm"))), attention);
        }
    }
}
