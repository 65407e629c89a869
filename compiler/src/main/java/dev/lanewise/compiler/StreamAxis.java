package dev.lanewise.compiler;

/**
 * Along which axis a model is streamed, see {@code docs/streaming.md}.
 *
 * @param axis the name of an extent of the inputs, or an input and the number of its axis: {@code x:1}
 * @param window keys that causal attention may see, its own frame's among them, where the model sets no
 *     such limit; 0 for none, and then such a model is refused
 */
public record StreamAxis(String axis, int window) {

    /** Whether it is the extent of that name; one without a name is called by its input and axis: {@code x.1}. */
    boolean isNamed(String extent) {
        return axis.equals(extent) || axis.replace(':', '.').equals(extent);
    }
}
