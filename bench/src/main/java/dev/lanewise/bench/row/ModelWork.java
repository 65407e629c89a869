package dev.lanewise.bench.row;

import dev.lanewise.compiler.CompileOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same work for every runtime: one ONNX model, its inputs, and what flows from one run into the next. A call is one
 * run, and what is carried goes on to the next call; or it is several, as when tokens are decoded one by one, and every
 * call begins anew.
 *
 * @param onnx the model's bytes
 * @param rival the model that ONNX Runtime is given: the same, or one made for it that computes nearly the same
 * @param options how Lanewise compiles it
 * @param runs what is given in each run of a call, the same in every call
 * @param carried outputs by the inputs that they become in the next run; all of type f32. What is given for such an
 *     input is where the first run begins; of the others only the shape counts
 * @param difference the most by which answers may differ, relative to the largest element
 * @param torch the same written with PyTorch's operations, or {@code null} where the model is only a file
 * @param streams where Lanewise advances many streams in a call, for each of which rival has a row; or {@code null}
 */
public record ModelWork(
        byte[] onnx, byte[] rival, CompileOptions options, List<List<Feed>> runs, Map<String, String> carried,
        double difference, Torch torch, Streams streams)
        implements Work {

    /**
     * Streams that advance together.
     *
     * @param scattered whether what the others carry, too, lies stream by stream and is gathered for each call
     * @param threads that every runtime may use, the caller's among them
     */
    public record Streams(int count, boolean scattered, int threads) {}

    /** Answers of different runtimes differ by rounding; a wrong answer differs by more. */
    private static final double ROUNDING = 1e-3;

    /** Work on a graph built here. */
    static ModelWork of(OnnxGraph graph, List<Feed> inputs, Torch torch) {
        return of(graph.bytes(), CompileOptions.defaults(), inputs, torch);
    }

    /** Work on a model file. */
    static ModelWork of(Path onnx, CompileOptions options, List<Feed> inputs) throws java.io.IOException {
        return of(Files.readAllBytes(onnx), options, inputs, null);
    }

    private static ModelWork of(byte[] onnx, CompileOptions options, List<Feed> inputs, Torch torch) {
        return new ModelWork(onnx, onnx, options.debug(false), List.of(inputs), Map.of(), ROUNDING, torch, null);
    }

    /** What the first run is given: of most work, every one. */
    public List<Feed> inputs() {
        return runs.get(0);
    }

    /** Whether a call is several runs, from a beginning of their own. */
    public boolean beginsAnew() {
        return runs.size() > 1;
    }

    @Override
    public int threads() {
        return streams == null ? 1 : streams.threads;
    }

    @Override
    public int passes() {
        return runs.size();
    }

    /** The same with so many runs in a call. */
    ModelWork runs(List<List<Feed>> ofCall) {
        return new ModelWork(onnx, rival, options, ofCall, carried, difference, torch, streams);
    }

    /** The same with an output that becomes an input in the next run. */
    ModelWork carry(String input, String output) {
        Map<String, String> more = new LinkedHashMap<>(carried);
        more.put(input, output);
        return new ModelWork(onnx, rival, options.state(input, output), runs, more, difference, torch, streams);
    }

    /**
     * The same with smaller weights in Lanewise, against ONNX Runtime alone.
     *
     * @param most see {@link #difference}
     */
    ModelWork weights(String form, double most) {
        return new ModelWork(onnx, rival, options.weights(form), runs, carried, most, null, streams);
    }

    /** The same against another model in ONNX Runtime, of the same inputs and outputs. */
    ModelWork rival(byte[] other) {
        return new ModelWork(onnx, other, options, runs, carried, difference, torch, streams);
    }

    /** The same, being a batch of streams, against Lanewise that has a model of one. */
    ModelWork streams(Streams ofBatch, byte[] one) {
        return new ModelWork(one, rival, options, runs, carried, difference, torch, ofBatch);
    }
}
