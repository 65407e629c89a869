package dev.lanewise.bench.subject;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.ModelWork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/** What both ways of calling ONNX Runtime have in common: its best settings for one thread, and tensors. */
final class OnnxBuffers {

    static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private OnnxBuffers() {}

    /**
     * All graph optimisations.
     *
     * @param spins whether its threads look for work, as they do by default, or sleep. They look while a run lasts and
     *     stop with it: else they would take processors from whoever's turn is next
     */
    static OrtSession open(ModelWork work, boolean spins) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        options.setIntraOpNumThreads(work.threads());
        options.setInterOpNumThreads(1);
        options.addConfigEntry("session.intra_op.allow_spinning", spins ? "1" : "0");
        options.addConfigEntry("session.force_spinning_stop", "1");
        return ENVIRONMENT.createSession(work.rival(), options);
    }

    /** A tensor over memory of its own, filled. */
    static OnnxTensor tensor(Feed feed) throws OrtException {
        long[] shape = Arrays.stream(feed.shape()).asLongStream().toArray();
        if (feed.values() instanceof float[] values) {
            FloatBuffer buffer = direct(4 * values.length).asFloatBuffer();
            return OnnxTensor.createTensor(ENVIRONMENT, buffer.put(values).flip(), shape);
        }
        if (feed.values() instanceof int[] values) {
            return OnnxTensor.createTensor(ENVIRONMENT, IntBuffer.wrap(values), shape);
        }
        return OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap((long[]) feed.values()), shape);
    }

    /** An empty tensor for an f32 output of a shape that is known. */
    static OnnxTensor output(TensorInfo info) throws OrtException {
        int size = 1;
        for (long extent : info.getShape()) {
            size = Math.multiplyExact(size, Math.toIntExact(extent));
        }
        return OnnxTensor.createTensor(ENVIRONMENT, direct(4 * size).asFloatBuffer(), info.getShape());
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
