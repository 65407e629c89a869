/**
 * Networks made in Java, for those who do not come with an ONNX file: a {@link
 * dev.lanewise.compiler.network.NetworkBuilder} takes inputs, layers and losses, and gives a {@link
 * dev.lanewise.compiler.network.Network}, whose graph is like one that an importer gives.
 *
 * <p>A layer is an immutable description with a name. Its weights are made when it is first applied, once its input is
 * known, and bear its name; applied again it uses them again. What does not fit is refused by the line that adds it.
 *
 * <p>A classifier of sentences:
 *
 * <pre>{@code
 * NetworkBuilder net = Network.builder(42);
 * Dim batch = Dim.upTo("batch", 32);
 * Dim time = Dim.upTo("time", 200);
 * Tensor words = net.input("words", DType.I32, batch, time);
 * Tensor lengths = net.input("lengths", DType.I32, batch);
 *
 * Tensor vectors = words.then(Embedding.of("embedding", 20_000, 64));
 * Tensor scores = Lstm.of("lstm", 128).bidirectional().run(vectors, lengths).last()
 *         .then(Dropout.of("dropout", 0.5))
 *         .then(Dense.of("scores", 2));
 *
 * net.output("scores", scores);
 * net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
 * Network network = net.build();
 * }</pre>
 *
 * <p>A tagger that also reads each word's letters, by a convolution and the largest value over the word:
 *
 * <pre>{@code
 * Tensor letters = net.input("letters", DType.I32, batch, time, letter);
 * Tensor spelling = letters.then(Embedding.of("letters", 100, 25))
 *         .mergeAxes(0)                                     // [batch · time, letter, 25]
 *         .then(Conv1d.of("spelling", 30, 3).same())
 *         .max(1)                                           // [batch · time, 30]
 *         .splitAxis(0, batch, time);
 * Tensor vectors = Tensor.concat(2, words.then(Embedding.of("words", 20_000, 100)), spelling)
 *         .then(Dropout.of("dropout", 0.33).variationally());
 * Tensor scores = Lstm.of("lstm", 200).bidirectional().run(vectors, lengths).output()
 *         .then(Dense.of("scores", 17));
 * net.output("tags", scores.argMax());
 * net.loss("loss", CrossEntropy.of().mean(scores, net.target("tags", DType.I32, batch, time), lengths));
 * }</pre>
 *
 * <p>A translator with attention: its step is a method, which training calls in a {@link
 * dev.lanewise.compiler.network.Loop} and use calls by itself, over the same weights:
 *
 * <pre>{@code
 * final class Translator {
 *     final Embedding source = Embedding.of("source", 8_000, 128);
 *     final Recurrent encoder = Gru.of("encoder", 128).bidirectional();
 *     final Embedding target = Embedding.of("target", 8_000, 128);
 *     final AdditiveAttention attention = AdditiveAttention.of("attention", 128);
 *     final Recurrent decoder = Gru.of("decoder", 256);
 *     final Dense scores = Dense.of("scores", 8_000);
 *
 *     Loop.Step step(Tensor word, List<Tensor> states, AdditiveAttention.Memory memory) {
 *         AdditiveAttention.Result seen = attention.attend(states.get(0), memory);
 *         Tensor input = Tensor.concat(1, word.then(target), seen.output()).insertAxis(1);
 *         Recurrent.Result result = decoder.run(input, null, states);
 *         return Loop.step(result.states()).giving(result.last().then(scores), seen.weights());
 *     }
 * }
 *
 * Loop.Result translated = Loop.over(1, words).carrying(encoded.last())        // training
 *         .run((slices, states) -> translator.step(slices.get(0), states, memory));
 *
 * NetworkBuilder use = network.sibling();                                      // a step, over the same weights
 * Loop.Step next = translator.step(use.input("word", DType.I32, batch), List.of(state), memory);
 * }</pre>
 *
 * <p>A Transformer encoder:
 *
 * <pre>{@code
 * Tensor x = words.then(Embedding.of("embedding", 20_000, 128))
 *         .then(SinusoidalPositions.of("positions", 200));
 * for (int i = 0; i < 2; i++) {
 *     x = TransformerEncoderLayer.of("encoder." + i, 4, 512).dropout(0.1).apply(x, lengths);
 * }
 * Tensor scores = Sequences.mean(x, lengths).then(Dense.of("scores", 2));
 * }</pre>
 */
package dev.lanewise.compiler.network;
