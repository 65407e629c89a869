package dev.lanewise.bench.row;

import dev.lanewise.compiler.CompileOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same work for every runtime: one ONNX model, its inputs, and what flows from one call into the next.
 *
 * @param onnx the model's bytes
 * @param options how Lanewise compiles it
 * @param inputs what is given, the same in every call
 * @param carried outputs by the inputs that they become in the next call; all of type f32
 * @param torch the same written with PyTorch's operations, or {@code null} where the model is only a file
 */
public record Work(
        byte[] onnx, CompileOptions options, List<Feed> inputs, Map<String, String> carried, Torch torch) {

    /** Work on a graph built here. */
    static Work of(OnnxGraph graph, List<Feed> inputs, Torch torch) {
        return new Work(graph.bytes(), CompileOptions.defaults().debug(false), inputs, Map.of(), torch);
    }

    /** Work on a model file. */
    static Work of(Path onnx, CompileOptions options, List<Feed> inputs) throws java.io.IOException {
        return new Work(Files.readAllBytes(onnx), options.debug(false), inputs, Map.of(), null);
    }

    /** The same with an output that becomes an input in the next call. */
    Work carry(String input, String output) {
        Map<String, String> more = new LinkedHashMap<>(carried);
        more.put(input, output);
        return new Work(onnx, options.state(input, output), inputs, more, torch);
    }
}
