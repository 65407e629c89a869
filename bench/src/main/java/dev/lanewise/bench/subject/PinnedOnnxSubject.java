package dev.lanewise.bench.subject;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.ModelWork;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime at its best: inputs and outputs lie in buffers made once. Where a call is one run, what is carried on
 * changes places between two of them; where it is several, each run has its own, and writes into those of the next.
 */
final class PinnedOnnxSubject implements Subject {

    private final OrtSession session;
    private final int runs;
    /** By turn, of which there are two or as many as a call has runs. */
    private final List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
    private final List<Map<String, OnnxTensor>> outputs = new ArrayList<>();
    private final String first;
    private int turn;

    PinnedOnnxSubject(ModelWork work, boolean spins) throws OrtException {
        session = OnnxBuffers.open(work, spins);
        first = session.getOutputInfo().keySet().iterator().next();
        runs = work.runs().size();
        List<List<Feed>> given = work.beginsAnew() ? work.runs() : List.of(work.inputs(), work.inputs());
        for (List<Feed> feeds : given) {
            Map<String, OnnxTensor> tensors = new HashMap<>();
            for (Feed feed : feeds) {
                tensors.put(feed.name(), OnnxBuffers.tensor(feed));
            }
            inputs.add(tensors);
            outputs.add(new HashMap<>());
        }
        for (int i = 0; i < given.size(); i++) {
            boolean last = work.beginsAnew() && i == given.size() - 1;
            if (!last) {
                Map<String, OnnxTensor> next = inputs.get((i + 1) % given.size());
                Map<String, OnnxTensor> results = outputs.get(i);
                work.carried().forEach((input, output) -> results.put(output, next.get(input)));
            }
            try (OrtSession.Result result = session.run(inputs.get(i))) { // says the shapes that a model leaves open
                for (Map.Entry<String, OnnxValue> output : result) {
                    if (!outputs.get(i).containsKey(output.getKey())) {
                        outputs.get(i).put(
                                output.getKey(), OnnxBuffers.output((TensorInfo) output.getValue().getInfo()));
                    }
                }
            }
        }
    }

    @Override
    public void run() throws OrtException {
        for (int i = 0; i < runs; i++) {
            session.run(inputs.get(turn), outputs.get(turn)).close();
            turn = (turn + 1) % inputs.size();
        }
    }

    @Override
    public float[] output() {
        int last = (turn + inputs.size() - 1) % inputs.size();
        FloatBuffer buffer = outputs.get(last).get(first).getFloatBuffer();
        float[] copy = new float[buffer.remaining()];
        buffer.get(copy);
        return copy;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
