package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.OnnxModel;
import dev.lanewise.compiler.onnx.OnnxOutputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What another runtime computed.
 *
 * @param name of the runtime; {@code null} for none
 * @param values that it gave, by the values that the model was imported as
 */
public record Peers(String name, Map<Value, Literal> values) {

    /** No other runtime. */
    public static final Peers NONE = new Peers(null, Map.of());

    public Peers {
        values = Map.copyOf(values);
    }

    /**
     * Runs a copy of the model that gives the outputs of all its nodes.
     *
     * @param file the model's name, for errors
     * @param source the file that {@code model} was imported from
     * @param folder where its external data lie; {@code null} for none
     * @param inputs by name, pinned ones among them
     * @throws IOException where the other runtime refuses the model
     */
    public static Peers run(
            Peer peer, String file, byte[] source, Path folder, OnnxModel model, Map<String, Literal> inputs)
            throws IOException {
        byte[] open = OnnxOutputs.add(file, source, model.values().keySet());
        Map<String, Literal> outputs = peer.run(open, folder, inputs);
        Map<Value, Literal> values = new HashMap<>();
        model.values().forEach((name, value) -> {
            if (outputs.containsKey(name)) {
                values.putIfAbsent(value, outputs.get(name));
            }
        });
        return new Peers(peer.name(), values);
    }
}
