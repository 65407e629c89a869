package dev.lanewise.bench.subject;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.ModelWork;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ONNX Runtime's Java API as most people call it: tensors made for each run, results copied to arrays. */
final class PlainOnnxSubject implements Subject {

    private final OrtSession session;
    private final ModelWork work;
    /** By run: what is no float, which nobody would make anew. */
    private final List<Map<String, OnnxTensor>> constants = new ArrayList<>();
    private final Map<String, float[]> carried = new HashMap<>();
    private float[] output;

    PlainOnnxSubject(ModelWork work) throws OrtException {
        this.work = work;
        session = OnnxBuffers.open(work, false);
        for (List<Feed> feeds : work.runs()) {
            Map<String, OnnxTensor> tensors = new HashMap<>();
            for (Feed feed : feeds) {
                if (!(feed.values() instanceof float[])) {
                    tensors.put(feed.name(), OnnxBuffers.tensor(feed));
                }
            }
            constants.add(tensors);
        }
    }

    @Override
    public void run() throws OrtException {
        if (work.beginsAnew()) {
            carried.clear();
        }
        for (int i = 0; i < constants.size(); i++) {
            run(work.runs().get(i), constants.get(i));
        }
    }

    private void run(List<Feed> feeds, Map<String, OnnxTensor> given) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>(given);
        for (Feed feed : feeds) {
            if (feed.values() instanceof float[] values) {
                long[] shape = Arrays.stream(feed.shape()).asLongStream().toArray();
                FloatBuffer buffer = FloatBuffer.wrap(carried.getOrDefault(feed.name(), values));
                inputs.put(feed.name(), OnnxTensor.createTensor(OnnxBuffers.ENVIRONMENT, buffer, shape));
            }
        }
        try (OrtSession.Result result = session.run(inputs)) {
            output = array(result.get(0));
            for (Map.Entry<String, String> entry : work.carried().entrySet()) {
                carried.put(entry.getKey(), array(result.get(entry.getValue()).orElseThrow()));
            }
        } finally {
            inputs.keySet().removeAll(given.keySet());
            inputs.values().forEach(OnnxTensor::close);
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
        constants.forEach(tensors -> tensors.values().forEach(OnnxTensor::close));
        session.close();
    }
}
