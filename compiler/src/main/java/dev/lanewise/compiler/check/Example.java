package dev.lanewise.compiler.check;

import dev.lanewise.compiler.graph.Literal;
import java.util.List;
import java.util.Map;

/**
 * Inputs, and the outputs that they should give. Elements of a sequence {@code x} are {@code x[0]}, {@code x[1]}, …
 *
 * @param inputs by name
 * @param outputs by name
 * @param lengths of the inputs and outputs that are sequences, by name
 * @param unsupported why some values could not be read: types that no tensor of Lanewise has
 */
record Example(
        Map<String, Literal> inputs, Map<String, Literal> outputs, Map<String, Integer> lengths,
        List<String> unsupported) {}
