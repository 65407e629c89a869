package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Models that carry state from call to call, which ONNX Runtime has to be fed by hand. */
class StatefulModelsTest {

    private static final int LAYERS = 5;
    private static final int VOCABULARY = 1000;

    /** Lengths of the calls: prompts, then single tokens and some at once. */
    private static final int[][] CONVERSATIONS = {{7, 1, 1, 1, 1, 1}, {1, 1, 1, 1}, {4, 3, 1, 5, 1}};

    @Test
    void languageModelWithAGrowingCache() throws Exception {
        String model = "models/tiny-gpt2/past.onnx";
        if (!ReferenceData.has(model)) {
            return;
        }
        CompileOptions options = CompileOptions.defaults()
                .dim("batch_size", 1, 1)
                .dim("seq_len", 1, 8)
                .dim("past_seq_len", 0, 32)
                .dim("total_seq_len", 1, 40);
        Lane lane = new Lane(ReferenceData.path(model), options);
        List<String> caches = new ArrayList<>(); // of keys and of values
        for (int layer = 0; layer < LAYERS; layer++) {
            caches.addAll(List.of("past_" + layer + ".0", "past_" + layer + ".1"));
        }
        assertEquals(caches, lane.session.model().stateNames());
        assertEquals(List.of("logits"), lane.session.model().outputNames());
        Agreement agreement = new Agreement("tiny-gpt2");
        try (OnnxRuntime runtime = new OnnxRuntime(ReferenceData.path(model))) {
            for (int[] lengths : CONVERSATIONS) {
                lane.session.state().reset();
                talk(lane, runtime, lengths, agreement);
            }
        }
        assertEquals(15, agreement.compared());
        System.out.println(agreement);
    }

    /** Its mask covers what the cache holds and the new tokens: no extents but such fit together. */
    @Test
    void growingCacheIsWarmed() throws Exception {
        String model = "models/tiny-gpt2/past.onnx";
        if (!ReferenceData.has(model)) {
            return;
        }
        CompileOptions options = CompileOptions.defaults()
                .dim("batch_size", 1, 1)
                .dim("seq_len", 1, 1)
                .dim("past_seq_len", 1, 64)
                .dim("total_seq_len", 1, 65);
        Model warm = Model.of(Compiler.compile(ReferenceData.path(model), options).file(),
                LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
        if (warm.warmUp() != null) { // else on scalar kernels
            assertEquals("", warm.warmUp().problem());
        }
    }

    private static void talk(Lane lane, OnnxRuntime runtime, int[] lengths, Agreement agreement) throws Exception {
        Random random = new Random(lengths[0]);
        Map<String, Literal> past = new HashMap<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            past.put("past_" + layer, Literal.of(new float[0], 2, 1, 4, 0, 8));
        }
        int seen = 0;
        for (int length : lengths) {
            int from = seen;
            long[] ids = random.longs(length, 0, VOCABULARY).toArray();
            long[] positions = new long[length];
            Arrays.setAll(positions, i -> from + i);
            seen += length;
            Map<String, Literal> inputs = new HashMap<>(Map.of(
                    "input_ids", Literal.of(DType.I32, ids, 1, length),
                    "position_ids", Literal.of(DType.I32, positions, 1, length),
                    "attention_mask", Literal.splat(DType.I32, 1, 1, seen)));
            lane.run(inputs);
            inputs.putAll(past);
            Map<String, Literal> expected = runtime.run(inputs);
            for (int layer = 0; layer < LAYERS; layer++) {
                past.put("past_" + layer, expected.get("present_" + layer));
            }
            agreement.compare("token " + seen, expected.get("logits"), lane.output("logits"));
        }
    }

    @Test
    void noiseSuppressionPairedByOption() throws Exception {
        String model = "models/dtln/model_1.onnx";
        if (!ReferenceData.has(model)) {
            return;
        }
        Lane lane = new Lane(
                ReferenceData.path(model), CompileOptions.defaults().state("input_3", "tf_op_layer_stack_2"));
        assertEquals(List.of("input_3"), lane.session.model().stateNames());
        Agreement agreement = new Agreement("dtln");
        try (OnnxRuntime runtime = new OnnxRuntime(ReferenceData.path(model))) {
            Literal state = Literal.splat(DType.F32, 0, 1, 2, 128, 2);
            Random random = new Random(1);
            for (int frame = 0; frame < 20; frame++) {
                float[] spectrum = new float[257];
                for (int i = 0; i < spectrum.length; i++) {
                    spectrum[i] = random.nextFloat();
                }
                Literal input = Literal.of(spectrum, 1, 1, 257);
                lane.run(Map.of("input_2", input));
                Map<String, Literal> expected = runtime.run(Map.of("input_2", input, "input_3", state));
                state = expected.get("tf_op_layer_stack_2");
                agreement.compare("frame " + frame, expected.get("activation_2"), lane.output("activation_2"));
            }
        }
        assertEquals(20, agreement.compared());
        System.out.println(agreement);
    }
}
