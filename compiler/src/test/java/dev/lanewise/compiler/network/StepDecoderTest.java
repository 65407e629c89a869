package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.program.Writer;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.generate.BeamSearch;
import dev.lanewise.runtime.generate.StepDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beginnings that fork, stepped together, against whole sequences of their own. */
class StepDecoderTest {

    private static final int SYMBOLS = 7;
    private static final int SIZE = 10;
    private static final int LONGEST = 50;
    private static final int STEPS = 3;
    /** Softmax over a window and over the keys there are add in other orders. */
    private static final float TOLERANCE = 1e-5f;

    private final Network network;
    private final Model encoder;
    private final Model whole;

    StepDecoderTest() {
        NetworkBuilder net = Network.builder(5);
        Tensor memory = net.input("memory", DType.F32, Dim.ONE, Dim.upTo("steps", 5), Dim.of(SIZE));
        Tensor before = net.input("before", DType.I32, Dim.ONE, Dim.upTo("time", LONGEST));
        Tensor x = before.then(Embedding.of("table", SYMBOLS, SIZE))
                .then(SinusoidalPositions.of("positions", LONGEST));
        TransformerDecoderLayer layer = TransformerDecoderLayer.of("layer", 2, 16);
        MultiHeadAttention.Result attended = layer.weigh(x, null, layer.memory(memory, null));
        Tensor read = attended.output().then(Gru.of("cell", SIZE));
        net.output("logarithms", read.then(Dense.of("scores", SYMBOLS)).logSoftmax());
        net.output("attention", attended.weights().mean(1));
        network = net.build();
        whole = load(network, CompileOptions.defaults());

        NetworkBuilder given = Network.builder(6);
        given.output("memory", given.input("x", DType.F32, Dim.ONE, Dim.upTo("steps", 5), Dim.of(SIZE)).times(2));
        encoder = load(given.build(), CompileOptions.defaults());
    }

    private static Model load(Network network, CompileOptions options) {
        return Model.of(Compiler.compile("model", network, options).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
    }

    /** Having read a sequence. */
    private Session encoder(int seed) {
        Session session = encoder.newSession();
        session.input("x").setShape(1, STEPS, SIZE);
        session.input("x").set(GraphRun.numbers(seed, 1, STEPS, SIZE).floats(), 0);
        session.run();
        return session;
    }

    private List<dev.lanewise.runtime.Tensor> memory(int seed) {
        return encoder(seed).outputs();
    }

    private Model stepwise() {
        return load(network, CompileOptions.defaults().dim("time", 1, 1).stream(new StreamAxis("time", LONGEST)));
    }

    private StepDecoder decoder(int beam) {
        return new StepDecoder(stepwise(), "before", "logarithms", beam);
    }

    /** What follows a beginning by the whole network: the last row of its outputs. */
    private float[] whole(int seed, int... beginning) {
        Session session = whole.newSession();
        var memory = memory(seed).get(0);
        session.input("memory").setShape(1, STEPS, SIZE);
        session.input("memory").set(memory.floats(), memory.offset());
        session.input("before").setShape(1, beginning.length);
        System.arraycopy(beginning, 0, session.input("before").ints(), session.input("before").offset(),
                beginning.length);
        session.run();
        var all = session.output("logarithms"); // [1, time, symbols]
        int from = all.offset() + (beginning.length - 1) * SYMBOLS;
        return Arrays.copyOfRange(all.floats(), from, from + SYMBOLS);
    }

    @Test
    void beginningsForkAndAreForgotten() {
        StepDecoder decoder = decoder(3);
        for (int seed = 1; seed <= 2; seed++) {
            decoder.begin(memory(seed));
            assertArrayEquals(whole(seed, 1), decoder.step(new int[] {0}, new int[] {1})[0], TOLERANCE);
            float[][] two = decoder.step(new int[] {0, 0}, new int[] {3, 4});
            assertArrayEquals(whole(seed, 1, 3), two[0], TOLERANCE);
            assertArrayEquals(whole(seed, 1, 4), two[1], TOLERANCE);
            float[][] three = decoder.step(new int[] {1, 0, 1}, new int[] {2, 6, 5});
            assertArrayEquals(whole(seed, 1, 4, 2), three[0], TOLERANCE);
            assertArrayEquals(whole(seed, 1, 3, 6), three[1], TOLERANCE);
            assertArrayEquals(whole(seed, 1, 4, 5), three[2], TOLERANCE);
            var attention = decoder.output("attention"); // [beam, 1, 1, steps]
            float sum = 0;
            for (int i = 0; i < attention.rowSize(); i++) {
                sum += attention.floats()[attention.rowOffset(2) + i];
            }
            assertEquals(1, sum, TOLERANCE);
        }
    }

    /** What is found is as probable as the network says of all of it, greedily and by a beam. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, SYMBOLS})
    void aSearchIsByTheNetworksProbabilities(int beam) {
        BeamSearch.Found found = new BeamSearch(beam, 1, 2, LONGEST).search(decoder(beam).begin(memory(1)));
        int[] beginning = {1};
        double sum = 0;
        for (int i = 0; i <= found.symbols().length && i < LONGEST; i++) {
            int next = i < found.symbols().length ? found.symbols()[i] : 2;
            float[] logarithms = whole(1, beginning);
            for (int other = 0; other < SYMBOLS && beam == 1; other++) {
                assertTrue(logarithms[other] <= logarithms[next] + TOLERANCE, "greedy");
            }
            sum += logarithms[next];
            beginning = Arrays.copyOf(beginning, beginning.length + 1);
            beginning[beginning.length - 1] = next;
        }
        assertEquals(sum, found.logarithm(), 1e-4);
    }

    /** What the documentation shows. */
    @Test
    void theProgram() {
        assertArrayEquals(new BeamSearch(5, 1, 2, LONGEST).search(decoder(5).begin(memory(1))).symbols(),
                Writer.words(encoder(1), stepwise()));
        assertEquals(2, Writer.next(new float[] {0, 1, 9}, new Random(1)));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Session session = encoder.newSession();
        StepDecoder decoder = decoder(2);
        assertThrows(IllegalArgumentException.class, () -> decoder.begin(session.inputs()));
        assertThrows(IllegalArgumentException.class,
                () -> new BeamSearch(3, 1, 2, LONGEST).search(decoder.begin(memory(1))));
    }
}
