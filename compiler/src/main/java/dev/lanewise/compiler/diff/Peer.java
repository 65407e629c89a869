package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.graph.Literal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Another runtime of ONNX models, to compare with. Found as a service: the compiler itself depends on none, the module
 * {@code bench} brings ONNX Runtime.
 */
public interface Peer {

    /** As a heading says it. */
    String name();

    /**
     * Runs a model once, as it is written.
     *
     * @param model an ONNX file
     * @param folder where its external data lie; {@code null} for none
     * @param inputs by name, with their actual shapes
     * @return its outputs by name, without those of types that {@link Literal} does not have
     * @throws IOException where this runtime refuses the model, with its reason
     */
    Map<String, Literal> run(byte[] model, Path folder, Map<String, Literal> inputs) throws IOException;

    /** The first on the class path, if any. */
    static Optional<Peer> find() {
        return ServiceLoader.load(Peer.class).findFirst();
    }
}
