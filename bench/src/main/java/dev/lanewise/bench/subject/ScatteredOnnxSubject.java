package dev.lanewise.bench.subject;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.ModelWork;
import dev.lanewise.bench.row.Scattered;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ONNX Runtime on a batch of streams in pinned buffers, their states gathered before and given back after. */
final class ScatteredOnnxSubject implements Subject {

    /** What a state lies in for a call. */
    private record Carried(Scattered streams, FloatBuffer before, FloatBuffer after) {}

    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final List<Carried> states = new ArrayList<>();
    private final OnnxTensor output;

    ScatteredOnnxSubject(ModelWork work, boolean spins) throws OrtException {
        session = OnnxBuffers.open(work, spins);
        for (Feed feed : work.inputs()) {
            inputs.put(feed.name(), OnnxBuffers.tensor(feed));
        }
        for (var info : session.getOutputInfo().entrySet()) {
            outputs.put(info.getKey(), OnnxBuffers.output((TensorInfo) info.getValue().getInfo()));
        }
        output = outputs.get(session.getOutputInfo().keySet().iterator().next());
        int streams = work.streams().count();
        for (Map.Entry<String, String> carried : work.carried().entrySet()) {
            FloatBuffer before = buffer(inputs.get(carried.getKey()));
            states.add(new Carried(
                    new Scattered(streams, before.capacity() / streams), before,
                    buffer(outputs.get(carried.getValue()))));
        }
    }

    /** The memory itself. */
    private static FloatBuffer buffer(OnnxTensor tensor) {
        return (FloatBuffer) tensor.getBufferRef().orElseThrow();
    }

    @Override
    public void run() throws OrtException {
        for (Carried state : states) {
            state.streams().gather(state.before());
        }
        session.run(inputs, outputs).close();
        for (Carried state : states) {
            state.streams().scatter(state.after());
        }
    }

    @Override
    public float[] output() {
        FloatBuffer buffer = output.getFloatBuffer();
        float[] copy = new float[buffer.remaining()];
        buffer.get(copy);
        return copy;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
