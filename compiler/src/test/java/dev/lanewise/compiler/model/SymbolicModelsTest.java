package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every ONNX model of the reference data with its dynamic axes left symbolic: one compiled plan gives what ONNX Runtime
 * gives at several lengths, and does work for the length that it has, not for the bound. Work is counted in
 * multiply-adds.
 */
@Tag("once")
class SymbolicModelsTest {

    private static final int BOUND = 40;
    private static final int TENTH = BOUND / 10;
    private static final int[] LENGTHS = {1, TENTH, BOUND};

    private static final CompileOptions OPTIONS = CompileOptions.defaults().defaultBound(BOUND).autoState(false);

    /**
     * States a batch of any size, but its first node, {@code Flatten} with {@code axis = 0}, makes one row of all of
     * it, which its filter of 784 numbers fits only for a batch of one. ONNX Runtime refuses any other size too.
     */
    private static final String ONE_ROW = "fc2.onnx";

    /** Takes several axes, of which some are not free; has a test of its own. */
    private static final String DECODER = "past.onnx";

    /** Takes a batch of any size, and samples of those numbers for which it is one graph; has tests of its own. */
    private static final String DETECTOR = "silero_vad_16k_op15.onnx";

    private static final CompileOptions DETECTING =
            OPTIONS.pin("sr", Literal.of(new long[] {16_000})).dim("sequence", 4_000);
    private static final Map<String, Literal> RATE = Map.of("sr", Literal.scalar(16_000L));

    /** Samples of a call at 16 kHz, with the 64 before it. */
    private static final int SAMPLES = 576;

    @Test
    void allModels() throws Exception {
        if (!ReferenceData.has("models")) {
            return;
        }
        List<String> symbolic = new ArrayList<>();
        int models = 0;
        int fixed = 0;
        for (Path file : models()) {
            models++;
            String name = file.getFileName().toString();
            if (!name.equals(DECODER) && !name.equals(DETECTOR)) {
                Lane lane = new Lane(file, OPTIONS);
                if (symbols(lane).isEmpty()) {
                    fixed++;
                } else {
                    symbolic.add(name);
                    assertEquals(1, symbols(lane).size(), name);
                    if (name.equals(ONE_ROW)) {
                        takesOneRow(lane, file);
                    } else {
                        workIsProportional(lane, file, Map.of());
                    }
                }
            }
        }
        assertEquals(47, models);
        assertEquals(36, fixed, "models whose extents are all numbers");
        assertEquals(9, symbolic.size(), symbolic.toString());
    }

    private static List<Path> models() throws Exception {
        try (Stream<Path> files = Files.walk(ReferenceData.path("models"))) {
            return files.filter(path -> path.toString().endsWith(".onnx")).sorted().toList();
        }
    }

    @Test
    void aDetectorOfAnyBatch() throws Exception {
        String model = "models/silero-vad/" + DETECTOR;
        if (ReferenceData.has(model)) {
            Path file = ReferenceData.path(model);
            Lane lane = new Lane(file, DETECTING.dim("sequence", SAMPLES, SAMPLES));
            assertEquals(Set.of("batch"), symbols(lane));
            workIsProportional(lane, file, RATE);
        }
    }

    /**
     * Its If asks whether the encoder leaves one frame; where it leaves none or two, ONNX Runtime refuses the tensor
     * that comes out, and the compiler leaves those lengths out.
     */
    @Test
    void aDetectorOfAnyLength() throws Exception {
        String model = "models/silero-vad/" + DETECTOR;
        if (!ReferenceData.has(model)) {
            return;
        }
        Path file = ReferenceData.path(model);
        Lane lane = new Lane(file, DETECTING);
        assertEquals(Set.of("batch", "sequence"), symbols(lane));
        String notes = lane.compiled.notes().toString();
        assertTrue(notes.contains("sequence is 192 to 703"), notes);
        int batch = 8;
        for (int samples : new int[] {192, 319, 320, 448, SAMPLES, 703}) {
            long work = run(lane, file, Map.of("batch", batch, "sequence", samples), RATE);
            assertEquals(batch * detection(samples), work, samples + " samples");
        }
        for (int samples : new int[] {191, 704}) {
            Map<String, Integer> extents = Map.of("batch", 1, "sequence", samples);
            String refusal = assertThrows(LanewiseException.class, () -> run(lane, file, extents, RATE)).getMessage();
            assertTrue(refusal.contains("sequence"), refusal);
            assertThrows(OrtException.class, () -> theirs(file, extents));
        }
    }

    /**
     * Multiply-adds for one row. A spectrum of 129 bins for every 128 samples, of windows of 256; then convolutions of
     * kernels of 3, of which the second halves the frames and the third leaves one; a cell of 128 units and a product.
     */
    private static long detection(int samples) {
        long frames = (samples - 192) / 128 + 1;
        long halved = (frames + 1) / 2;
        return frames * (2 * 129 * 256 + 3 * 129 * 128) + halved * 3 * 128 * 64 + 3 * 64 * (64 + 128)
                + 2 * 4 * 128 * 128 + 128;
    }

    private static void theirs(Path file, Map<String, Integer> extents) throws Exception {
        int batch = extents.get("batch");
        try (OnnxRuntime runtime = new OnnxRuntime(file)) {
            runtime.run(Map.of("input", Literal.splat(DType.F32, 0, batch, extents.get("sequence")), "state",
                    Literal.splat(DType.F32, 0, 2, batch, 128), "sr", RATE.get("sr")));
        }
    }

    /**
     * A decoder's work: so much for each token, and in each attention two products over all pairs of a token and one
     * that it may see, which is the part that is not proportional.
     */
    @Test
    void aDecoderAtATenthOfItsBounds() throws Exception {
        String model = "models/tiny-gpt2/" + DECODER;
        if (!ReferenceData.has(model)) {
            return;
        }
        Path file = ReferenceData.path(model);
        Lane lane = new Lane(file, OPTIONS.dim("total_seq_len", 2 * BOUND));
        long[] most = decode(lane, file, 2, BOUND, BOUND);
        for (int past : new int[] {0, TENTH, BOUND}) {
            for (int length : LENGTHS) {
                long[] work = decode(lane, file, 2, length, past);
                assertEquals(most[0] * length, work[0] * BOUND, "for each token, " + length + " after " + past);
            }
        }
        long[] tenth = decode(lane, file, 2, TENTH, TENTH);
        assertEquals(most[0], 10 * tenth[0]);
        assertTrue(10 * (tenth[0] + tenth[1]) <= most[0] + most[1], "no more than a tenth in all");
    }

    /** Multiply-adds of a run without and within attention. */
    private static long[] decode(Lane lane, Path file, int batch, int length, int past) throws Exception {
        Map<String, Integer> extents = Map.of(
                "batch_size", batch, "seq_len", length, "past_seq_len", past, "total_seq_len", past + length);
        long all = run(lane, file, extents, Map.of());
        long attention = attention(lane, batch, length, past);
        return new long[] {all - attention, attention};
    }

    /**
     * Each token sees all of the past, itself and those before it. Sizes are the model's own: of its inputs past_i
     * [2, batch, heads, past, size of a head], one for each layer.
     */
    private static long attention(Lane lane, int batch, int length, int past) {
        List<Value> caches = lane.compiled.graph().inputs().stream()
                .filter(port -> port.name().startsWith("past_"))
                .map(Graph.Port::value)
                .toList();
        long heads = caches.get(0).dim(2).constant();
        long size = caches.get(0).dim(4).constant();
        long pairs = (long) length * past + (long) length * (length + 1) / 2;
        return caches.size() * batch * heads * pairs * 2 * size;
    }

    private static void workIsProportional(Lane lane, Path file, Map<String, Literal> pinned) throws Exception {
        String symbol = symbols(lane).iterator().next();
        long most = 0;
        Map<Integer, Long> work = new LinkedHashMap<>();
        for (int length : LENGTHS) {
            work.put(length, run(lane, file, Map.of(symbol, length), pinned));
            most = Math.max(most, work.get(length));
        }
        assertTrue(most > 0, file + " multiplies nothing");
        for (int length : LENGTHS) {
            assertEquals(most * length, work.get(length) * BOUND, file + " at " + length);
        }
    }

    private static void takesOneRow(Lane lane, Path file) throws Exception {
        String symbol = symbols(lane).iterator().next();
        assertTrue(run(lane, file, Map.of(symbol, 1), Map.of()) > 0);
        Map<String, Integer> several = Map.of(symbol, TENTH);
        assertThrows(LanewiseException.class, () -> run(lane, file, several, Map.of()));
        try (OnnxRuntime runtime = new OnnxRuntime(file)) {
            Value x = lane.compiled.graph().inputs().get(0).value();
            assertThrows(OrtException.class, () -> runtime.run(Map.of(x.name(), random(x, several, new Random(1)))));
        }
    }

    /** Names of the extents that are free. */
    private static Set<String> symbols(Lane lane) {
        List<Dim.Symbol> symbols = new ArrayList<>();
        lane.compiled.graph().inputs().forEach(
                port -> port.value().shape().forEach(dim -> dim.collectSymbols(symbols)));
        return symbols.stream().map(Dim.Symbol::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Compares a run with ONNX Runtime's and gives its multiply-adds. */
    private static long run(
            Lane lane, Path file, Map<String, Integer> extents, Map<String, Literal> pinned) throws Exception {
        Map<String, Literal> inputs = new LinkedHashMap<>();
        Random random = new Random(extents.hashCode());
        for (Graph.Port port : lane.compiled.graph().inputs()) {
            inputs.put(port.name(), random(port.value(), extents, random));
        }
        long before = lane.session.multiplyAdds();
        lane.run(inputs);
        long work = lane.session.multiplyAdds() - before;
        Map<String, Literal> all = new LinkedHashMap<>(inputs);
        all.putAll(pinned);
        Agreement agreement = new Agreement(file.getFileName().toString());
        try (OnnxRuntime runtime = new OnnxRuntime(file)) {
            for (Map.Entry<String, Literal> output : runtime.run(all).entrySet()) {
                agreement.compare(output.getKey() + " at " + extents, output.getValue(), lane.output(output.getKey()));
            }
        }
        assertEquals(lane.session.model().outputNames().size(), agreement.compared());
        return work;
    }

    /** Numbers between -1 and 1; of integers 1, which is a token, a position, and what a mask lets through. */
    private static Literal random(Value value, Map<String, Integer> extents, Random random) {
        int[] shape = value.shape().stream()
                .mapToInt(dim -> dim.isConstant() ? (int) dim.constant() : extents.get(dim.asSymbol().name()))
                .toArray();
        double[] values = new double[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.type().type().isFloating() ? 2 * random.nextDouble() - 1 : 1;
        }
        return Literal.of(value.type().type(), values, shape);
    }
}
