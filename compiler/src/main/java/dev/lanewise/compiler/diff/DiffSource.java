package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.compiler.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An ONNX file and what it was imported as.
 *
 * @param file its path
 * @param bytes its contents; not to be changed
 * @param options that it was imported with
 */
public record DiffSource(Path file, byte[] bytes, CompileOptions options, OnnxModel model) {

    /** Reads and imports a file. */
    public static DiffSource read(Path file, CompileOptions options) throws IOException {
        return read(file, Files.readAllBytes(file), options);
    }

    private static DiffSource read(Path file, byte[] bytes, CompileOptions options) {
        return new DiffSource(
                file, bytes, options, OnnxImporter.readNamed(file.toString(), bytes, folder(file), options));
    }

    private static Path folder(Path file) {
        return file.toAbsolutePath().getParent();
    }

    /**
     * The same with tight bounds for the extents that nobody bounded: the plan that shows every value of every node
     * keeps all of them in memory, at the bounds.
     *
     * @param symbols actual values by name
     */
    public DiffSource bounded(Map<String, Long> symbols) {
        CompileOptions tight = options;
        for (Map.Entry<String, Long> symbol : symbols.entrySet()) {
            if (!options.bounds().containsKey(symbol.getKey())) {
                tight = tight.dim(symbol.getKey(), 0, symbol.getValue());
            }
        }
        return tight == options ? this : read(file, bytes, tight);
    }

    /** What another runtime computes, given pinned inputs as they are pinned. */
    public Peers runIn(Peer peer, DiffInputs inputs) throws IOException {
        Map<String, Literal> data = new LinkedHashMap<>(model.pins());
        data.putAll(inputs.data());
        return Peers.run(peer, file.toString(), bytes, folder(file), model, data);
    }
}
