package dev.lanewise.bench.subject;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.Work;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** ONNX Runtime's Java API as most people call it: tensors made for each call, results copied to arrays. */
final class PlainOnnxSubject implements Subject {

    private final OrtSession session;
    private final Work work;
    private final Map<String, float[]> floats = new HashMap<>();
    private final Map<String, OnnxTensor> constants = new HashMap<>();
    private float[] output;

    PlainOnnxSubject(Work work) throws OrtException {
        this.work = work;
        session = OnnxBuffers.open(work.rival());
        for (Feed feed : work.inputs()) {
            if (feed.values() instanceof float[] values) {
                floats.put(feed.name(), values);
            } else {
                constants.put(feed.name(), OnnxBuffers.tensor(feed));
            }
        }
    }

    @Override
    public void run() throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>(constants);
        for (Feed feed : work.inputs()) {
            float[] values = floats.get(feed.name());
            if (values != null) {
                long[] shape = Arrays.stream(feed.shape()).asLongStream().toArray();
                inputs.put(feed.name(),
                        OnnxTensor.createTensor(OnnxBuffers.ENVIRONMENT, FloatBuffer.wrap(values), shape));
            }
        }
        try (OrtSession.Result result = session.run(inputs)) {
            output = array(result.get(0));
            for (Map.Entry<String, String> carried : work.carried().entrySet()) {
                floats.put(carried.getKey(), array(result.get(carried.getValue()).orElseThrow()));
            }
        } finally {
            floats.keySet().forEach(name -> inputs.get(name).close());
        }
    }

    private static float[] array(Object value) {
        FloatBuffer buffer = ((OnnxTensor) value).getFloatBuffer();
        float[] array = new float[buffer.remaining()];
        buffer.get(array);
        return array;
    }

    @Override
    public float[] output() {
        return output;
    }

    @Override
    public void close() throws OrtException {
        constants.values().forEach(OnnxTensor::close);
        session.close();
    }
}
