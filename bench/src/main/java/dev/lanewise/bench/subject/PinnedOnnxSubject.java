package dev.lanewise.bench.subject;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.Work;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime at its best: inputs and outputs lie in buffers made once, and what is carried from call to
 * call changes places between two of them.
 */
final class PinnedOnnxSubject implements Subject {

    private final OrtSession session;
    private final List<Map<String, OnnxTensor>> inputs = List.of(new HashMap<>(), new HashMap<>());
    private final List<Map<String, OnnxTensor>> outputs = List.of(new HashMap<>(), new HashMap<>());
    private final String first;
    private int turn;

    PinnedOnnxSubject(Work work) throws OrtException {
        session = OnnxBuffers.open(work.rival());
        first = session.getOutputInfo().keySet().iterator().next();
        for (Feed feed : work.inputs()) {
            OnnxTensor one = OnnxBuffers.tensor(feed);
            String carried = work.carried().get(feed.name());
            OnnxTensor other = carried == null ? one : OnnxBuffers.tensor(feed);
            inputs.get(0).put(feed.name(), one);
            inputs.get(1).put(feed.name(), other);
            if (carried != null) {
                outputs.get(0).put(carried, other);
                outputs.get(1).put(carried, one);
            }
        }
        try (OrtSession.Result result = session.run(inputs.get(0))) { // says the shapes that a model leaves open
            for (Map.Entry<String, OnnxValue> output : result) {
                if (!work.carried().containsValue(output.getKey())) {
                    OnnxTensor tensor = OnnxBuffers.output((TensorInfo) output.getValue().getInfo());
                    outputs.forEach(turns -> turns.put(output.getKey(), tensor));
                }
            }
        }
    }

    @Override
    public void run() throws OrtException {
        session.run(inputs.get(turn), outputs.get(turn)).close();
        turn = 1 - turn;
    }

    @Override
    public float[] output() {
        FloatBuffer buffer = outputs.get(1 - turn).get(first).getFloatBuffer();
        float[] copy = new float[buffer.remaining()];
        buffer.get(copy);
        return copy;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
