package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.program.Classifier;
import dev.lanewise.compiler.network.program.Encoder;
import dev.lanewise.compiler.network.program.Tagger;
import dev.lanewise.compiler.network.program.Translator;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The programs of the documentation: what they are made of, and that they compile and compute what they say. */
class ProgramsTest {

    private static List<String> names(List<Graph.Port> ports) {
        return ports.stream().map(Graph.Port::name).toList();
    }

    @Test
    void classifier() {
        Network network = Classifier.network();
        assertEquals(List.of("words", "lengths", "label"), names(network.graph().inputs()));
        assertEquals(List.of("scores", "loss"), names(network.graph().outputs()));
        assertEquals(List.of("words", "lengths"), names(network.inference().inputs()));
        assertEquals(List.of("scores"), names(network.inference().outputs()));
        assertEquals(1, Classifier.compile(network).message().getProgramsCount());
        assertEquals(
                List.of("embedding.table", "lstm.0.weight", "lstm.0.recurrent", "lstm.0.bias",
                        "lstm.0.reverse.weight", "lstm.0.reverse.recurrent", "lstm.0.reverse.bias", "scores.weight",
                        "scores.bias"),
                List.copyOf(network.parameters().keySet()));
        Literal words = GraphRun.ids(1, 20_000, 3, 7);
        Map<String, Literal> found = new GraphRun(network.inference())
                .with("words", words).with("lengths", new long[] {7, 2, 5}, 3).agreed();
        assertEquals("f32[3, 2]", found.get("scores").describe());
        // what stands beyond a length does not count
        double[] alone = new GraphRun(network.inference())
                .with("words", new long[] {words.longAt(7), words.longAt(8)}, 1, 2)
                .with("lengths", new long[] {2}, 1).agreed().get("scores").toDoubles();
        assertEquals(found.get("scores").doubleAt(2), alone[0], 1e-6);
        Map<String, Literal> trained = new GraphRun(network.graph())
                .with("words", words).with("lengths", new long[] {7, 2, 5}, 3).with("label", new long[] {1, 0, 1}, 3)
                .agreed();
        assertEquals("f32[]", trained.get("loss").describe());
    }

    @Test
    void tagger() {
        Network network = Tagger.network();
        Map<String, Literal> found = new GraphRun(network.inference())
                .with("words", GraphRun.ids(1, 20_000, 2, 5)).with("letters", GraphRun.ids(2, 100, 2, 5, 9))
                .with("lengths", new long[] {5, 3}, 2).agreed();
        assertEquals("i64[2, 5]", found.get("tags").describe());
    }

    @Test
    void translator() {
        Translator translator = new Translator();
        Network training = translator.training();
        Literal sentence = GraphRun.ids(1, 8_000, 2, 6);
        Literal lengths = Literal.of(DType.I32, new long[] {6, 4}, 2);
        Literal before = GraphRun.ids(2, 8_000, 2, 3);
        Map<String, Literal> all = new GraphRun(training.inference())
                .with("lengths", lengths).with("sentence", sentence).with("before", before).agreed();
        assertEquals("f32[2, 3, 8000]", all.get("scores").describe());
        assertEquals("f32[2, 3, 6]", all.get("attention").describe());

        Network encoder = translator.encoder(training);
        Network decoder = translator.decoder(training);
        assertSame(training.parameters().get("scores.weight"), decoder.parameters().get("scores.weight"));
        Map<String, Literal> encoded = new GraphRun(encoder.inference())
                .with("lengths", lengths).with("sentence", sentence).agreed();
        Literal state = encoded.get("state");
        for (int t = 0; t < 3; t++) {
            Map<String, Literal> step = new GraphRun(decoder.inference())
                    .with("values", encoded.get("values")).with("keys", encoded.get("keys")).with("lengths", lengths)
                    .with("word", new long[] {before.longAt(t), before.longAt(3 + t)}, 2).with("state", state)
                    .agreed();
            state = step.get("next");
            for (int word = 0; word < 8_000; word += 777) {
                assertEquals(all.get("scores").doubleAt(t * 8_000 + word), step.get("scores").doubleAt(word), 1e-5);
            }
        }
    }

    /** What is written word by word is what training, given these words, finds most likely. */
    @Test
    void translatorByItself() {
        Translator translator = new Translator();
        Network training = translator.training();
        Literal sentence = GraphRun.ids(1, 8_000, 2, 6);
        Literal lengths = Literal.of(DType.I32, new long[] {6, 4}, 2);
        Map<String, Literal> written = new GraphRun(translator.translating(training).inference())
                .with("lengths", lengths).with("sentence", sentence).with("begin", new long[] {3, 5}, 2).compiled();
        Literal words = written.get("words");
        assertEquals("i64[2, 50]", words.describe());
        assertEquals("f32[2, 50, 6]", written.get("attention").describe());
        long[] before = new long[100];
        for (int i = 0; i < 100; i++) {
            before[i] = i % 50 > 0 ? words.longAt(i - 1) : i == 0 ? 3 : 5;
        }
        Map<String, Literal> all = new GraphRun(training.inference())
                .with("lengths", lengths).with("sentence", sentence).with("before", before, 2, 50).compiled();
        GraphRun.close(all.get("attention"), written.get("attention"), 1e-5);
        for (int i = 0; i < 100; i++) {
            double chosen = all.get("scores").doubleAt(i * 8_000 + (int) words.longAt(i));
            for (int word = 0; word < 8_000; word++) {
                assertTrue(all.get("scores").doubleAt(i * 8_000 + word) <= chosen + 1e-5, "step " + i);
            }
        }
    }

    @Test
    void encoder() {
        Network network = Encoder.network();
        assertTrue(network.parameters().containsKey("encoder.0.attention.q.weight"));
        assertEquals(List.of("positions.table"), List.copyOf(network.fixed().keySet()));
        assertEquals("f32[2, 2]", new GraphRun(network.inference())
                .with("words", GraphRun.ids(1, 20_000, 2, 9)).with("lengths", new long[] {9, 4}, 2)
                .agreed().get("scores").describe());
    }
}
