package dev.lanewise.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Silero's speech detector on a stream: chunks of 512 samples, each with the 64 before it, and the
 * recurrent state carried on. The same loop for Lanewise and for ONNX Runtime's Java API.
 */
interface SileroStream {

    int CHUNK = 512;
    int CONTEXT = 64;

    /** Probability of speech in the next chunk. */
    float next(float[] samples, int from) throws Exception;

    /** Compiled ahead of time; the state is the model's own. */
    static SileroStream lanewise(Model model) {
        Session session = model.newSession();
        Tensor input = session.input("input");
        Tensor output = session.output("output");
        return (samples, from) -> {
            System.arraycopy(samples, from - CONTEXT, input.floats(), input.offset(), CONTEXT + CHUNK);
            session.run();
            return output.get(0);
        };
    }

    /** ONNX Runtime as its documentation shows it: all graph optimisations, one thread. */
    static SileroStream onnxRuntime(Path model) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession session = environment.createSession(model.toString(), options());
        OnnxTensor rate = OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {16_000}), new long[0]);
        float[] window = new float[CONTEXT + CHUNK];
        float[][][][] state = {new float[2][1][128]};
        return (samples, from) -> {
            System.arraycopy(samples, from - CONTEXT, window, 0, window.length);
            try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(window), new long[] {1, 576});
                    OnnxTensor before = OnnxTensor.createTensor(environment, state[0]);
                    OrtSession.Result result =
                            session.run(Map.of("input", input, "state", before, "sr", rate))) {
                state[0] = (float[][][]) result.get(1).getValue();
                return ((float[][]) result.get(0).getValue())[0][0];
            }
        };
    }

    /** ONNX Runtime at its best: buffers made once and pinned, two states that change places. */
    static SileroStream onnxRuntimePinned(Path model) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession session = environment.createSession(model.toString(), options());
        FloatBuffer input = direct(CONTEXT + CHUNK);
        FloatBuffer output = direct(1);
        OnnxTensor[] states = {state(environment), state(environment)};
        OnnxTensor in = OnnxTensor.createTensor(environment, input, new long[] {1, 576});
        OnnxTensor out = OnnxTensor.createTensor(environment, output, new long[] {1, 1});
        OnnxTensor rate = OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {16_000}), new long[0]);
        @SuppressWarnings("unchecked")
        Map<String, OnnxTensor>[] inputs = new Map[2];
        @SuppressWarnings("unchecked")
        Map<String, OnnxTensor>[] outputs = new Map[2];
        for (int i = 0; i < 2; i++) {
            inputs[i] = Map.of("input", in, "state", states[i], "sr", rate);
            outputs[i] = new HashMap<>(Map.of("output", out, "stateN", states[1 - i]));
        }
        int[] turn = {0};
        return (samples, from) -> {
            input.put(0, samples, from - CONTEXT, CONTEXT + CHUNK);
            session.run(inputs[turn[0]], outputs[turn[0]]).close();
            turn[0] = 1 - turn[0];
            return output.get(0);
        };
    }

    private static OnnxTensor state(OrtEnvironment environment) throws OrtException {
        return OnnxTensor.createTensor(environment, direct(2 * 128), new long[] {2, 1, 128});
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }
}
