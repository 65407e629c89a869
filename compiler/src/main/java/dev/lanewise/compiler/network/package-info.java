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
 * }</pre>
 *
 * <p>A tagger that also reads each word's letters, by a convolution and the largest value over the word:
 *
 * <pre>{@code
 * Tensor spelling = letters.then(Embedding.of("letters", 100, 25).padding(0))
 *         .mergeAxes(0)                                   // [batch · time, letter, 25]
 *         .then(Conv1d.of("spelling", 30, 3).same())
 *         .max(1)                                         // [batch · time, 30]
 *         .splitAxis(0, batch, time);
 * Tensor vectors = Tensor.concat(2, words.then(Embedding.of("words", 20_000, 100)), spelling)
 *         .then(Dropout.of("dropout", 0.33).variationally());
 * Tensor scores = Lstm.of("lstm", 200).bidirectional().run(vectors, lengths).output()
 *         .then(Dense.of("scores", 17));
 *
 * net.output("tags", scores.argMax());
 * net.loss("loss", CrossEntropy.of().mean(scores, net.target("expected", DType.I32, batch, time), lengths));
 * }</pre>
 *
 * <p>A translator with attention: its step is a method, which training calls in a {@link
 * dev.lanewise.compiler.network.Loop} and use calls by itself, over the same weights:
 *
 * <pre>{@code
 * private Loop.Step step(Tensor word, Tensor state, AdditiveAttention.Memory memory) {
 *     AdditiveAttention.Result seen = attention.attend(state, memory);
 *     Tensor input = Tensor.concat(1, word.then(target), seen.output()).insertAxis(1);
 *     Recurrent.Result result = decoder.run(input, null, List.of(state));
 *     return Loop.step(result.last()).giving(result.last().then(scores), seen.weights());
 * }
 *
 * Tensor before = net.input("before", DType.I32, batch, time);
 * Loop.Result translated = Loop.over(1, before).carrying(encoded.last())
 *         .run((slices, states) -> step(slices.get(0), states.get(0), memory));
 *
 * NetworkBuilder net = trained.sibling();
 * Loop.Step next = step(
 *         net.input("word", DType.I32, batch), net.input("state", DType.F32, batch, Dim.of(256)), memory);
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
 *
 * net.output("scores", scores);
 * net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
 * }</pre>
 */
package dev.lanewise.compiler.network;
