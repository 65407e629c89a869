package dev.lanewise.bench.start;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;

/** The same for ONNX Runtime, with its buffers made once: one thread, all graph optimisations. */
final class OnnxRuntimeStart implements CallTimes.Call {

    private static final int SAMPLES = 576;
    private static final int STATE = 2 * 128;

    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final FloatBuffer probability = direct(1);

    private OnnxRuntimeStart(String model) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        session = environment.createSession(model, options);
        inputs.put("input", OnnxTensor.createTensor(environment, direct(SAMPLES), new long[] {1, SAMPLES}));
        inputs.put("state", OnnxTensor.createTensor(environment, direct(STATE), new long[] {2, 1, 128}));
        inputs.put("sr", OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {16_000}), new long[0]));
        outputs.put("output", OnnxTensor.createTensor(environment, probability, new long[] {1, 1}));
        outputs.put("stateN", OnnxTensor.createTensor(environment, direct(STATE), new long[] {2, 1, 128}));
    }

    /** Arguments: model, and then perhaps a number of calls and the file for their times. */
    public static void main(String[] args) throws Exception {
        OnnxRuntimeStart start = new OnnxRuntimeStart(args[0]);
        if (args.length == 1) {
            start.run();
            System.out.println(start.probability.get(0));
        } else {
            CallTimes.write(start, Integer.parseInt(args[1]), args[2]);
        }
    }

    @Override
    public void run() throws OrtException {
        session.run(inputs, outputs).close();
        OnnxTensor before = inputs.get("state"); // what came out goes in next
        inputs.put("state", outputs.put("stateN", before));
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
