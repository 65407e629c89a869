package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Literal;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Trained models and conformance cases, streamed: all chunks together give what the whole gives. */
@Tag("once")
class StreamedModelsTest {

    private static final String DENOISER = "models/dtln/model_1.onnx";

    /** A denoiser exported for one frame at a time, and a state: any number of frames, against ONNX Runtime's. */
    @Test
    void aDenoiserOfOneFrame() throws Exception {
        if (!ReferenceData.has(DENOISER)) {
            return;
        }
        Path file = ReferenceData.path(DENOISER);
        CompileOptions options = CompileOptions.defaults().state("input_3", "tf_op_layer_stack_2")
                .stream(new StreamAxis("input_2:1", 0)).dim("input_2.1", 9);
        Lane lane = new Lane(file, options);
        assertTrue(lane.compiled.notes().contains(
                "stream: activation_2 has 1 frame for each of input_2.1, with a delay of 0"),
                lane.compiled.notes()::toString);
        int frames = 40;
        Random random = new Random(1);
        double[] x = random.doubles(frames * 257L, 0, 1).map(v -> (float) v).toArray();
        double[] expected = new double[x.length];
        try (OnnxRuntime runtime = new OnnxRuntime(file)) {
            Literal state = Literal.splat(dev.lanewise.formats.DType.F32, 0, 1, 2, 128, 2);
            for (int t = 0; t < frames; t++) {
                Map<String, Literal> y = runtime.run(Map.of("input_2", frames(x, t, 1), "input_3", state));
                System.arraycopy(y.get("activation_2").toDoubles(), 0, expected, t * 257, 257);
                state = y.get("tf_op_layer_stack_2");
            }
        }
        for (int round = 0; round < 5; round++) {
            lane.session.state().reset();
            double[] found = new double[x.length];
            int at = 0;
            while (at < frames) {
                int chunk = Math.min(frames - at, 1 + random.nextInt(9));
                lane.run(Map.of("input_2", frames(x, at, chunk)));
                System.arraycopy(lane.output("activation_2").toDoubles(), 0, found, at * 257, chunk * 257);
                at += chunk;
            }
            assertArrayEquals(expected, found, 1e-5);
        }
    }

    /** [1, n, 257] */
    private static Literal frames(double[] x, int from, int n) {
        return Literal.of(dev.lanewise.formats.DType.F32, java.util.Arrays.copyOfRange(
                x, from * 257, (from + n) * 257), 1, n, 257);
    }
}
