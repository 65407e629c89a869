package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model as it was imported.
 *
 * @param values of the outputs of its nodes by their names in the file, in the file's order; sequences and what bodies
 *     compute are not among them, and a value that is known already is a constant
 * @param pins values of pinned inputs by name, of the types and shapes that the file states
 * @param notes what people should know: extents whose bounds were narrowed
 */
public record OnnxModel(Graph graph, Map<String, Value> values, Map<String, Literal> pins, List<String> notes) {

    public OnnxModel {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        pins = Map.copyOf(pins);
        notes = List.copyOf(notes);
    }

    OnnxModel withNote(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new OnnxModel(graph, values, pins, more);
    }
}
