package dev.lanewise.compiler.model;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.State;
import dev.lanewise.testing.AllocationProbe;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole models whose streams advance together: the bits that each has alone, and no allocation. */
@Tag("allocation")
class BatchedModelsTest {

    private static final int STREAMS = 70;

    private static void assertTogether(String file, CompileOptions options) throws IOException {
        if (!ReferenceData.has(file)) {
            return;
        }
        Compiled compiled = Compiler.compile(ReferenceData.path(file), options);
        for (Start start : List.of(Start.SCALAR, Start.BEST_COLD)) {
            Model model = Model.of(compiled.file(), LoadOptions.defaults().start(start));
            for (int threads : new int[] {1, 2, 3}) {
                Together.assertSameBits(model, STREAMS, 3, threads);
            }
            BatchSession session = model.newBatchSession(STREAMS);
            State[] states = new State[STREAMS];
            for (int i = 0; i < STREAMS; i++) {
                states[i] = model.newState();
            }
            if (start == Start.BEST_COLD) {
                AllocationProbe.assertAllocatesNothing(() -> session.stepBatch(states, STREAMS));
            }
        }
    }

    @Test
    void speechDetector() throws IOException {
        assertTogether("models/silero-vad/silero_vad_16k_op15.onnx", CompileOptions.defaults()
                .dim("batch", 1, 1)
                .dim("sequence", 576, 576)
                .pin("sr", Literal.scalar(16_000)));
    }

    @Test
    void noiseSuppression() throws IOException {
        assertTogether("models/dtln/model_1.onnx",
                CompileOptions.defaults().state("input_3", "tf_op_layer_stack_2"));
        assertTogether("models/dtln/model_2.onnx",
                CompileOptions.defaults().state("input_5", "tf_op_layer_stack_5"));
    }

    /** A cache that grows in place for one stream is moved for many; prompts of any length, then single tokens. */
    @Test
    void languageModelWithAGrowingCache() throws IOException {
        String file = "models/tiny-gpt2/past.onnx";
        if (!ReferenceData.has(file)) {
            return;
        }
        Compiled compiled = Compiler.compile(ReferenceData.path(file), CompileOptions.defaults()
                .dim("batch_size", 1, 1)
                .dim("seq_len", 1, 8)
                .dim("past_seq_len", 0, 32)
                .dim("total_seq_len", 1, 40));
        Model model = Model.of(compiled.file(), LoadOptions.defaults().start(Start.BEST_COLD));
        Together together = new Together(model, 20);
        Random random = new Random(1);
        int seen = 0;
        for (int length : new int[] {7, 1, 1, 4}) {
            seen += length;
            int keys = seen;
            together.step(20, random, name -> new int[] {1, name.equals("attention_mask") ? keys : length});
        }
    }
}
