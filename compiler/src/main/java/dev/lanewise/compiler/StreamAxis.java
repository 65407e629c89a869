package dev.lanewise.compiler;

/**
 * Along which axis a model is streamed, see {@code docs/streaming.md}.
 *
 * @param axis the name of an extent of the inputs, or an input and the number of its axis: {@code x:1}
 * @param window keys that causal attention may see, its own frame's among them, where the model sets no
 *     such limit; 0 for none, and then such a model is refused
 */
public record StreamAxis(String axis, int window) {

    /**
     * The input, u8 of extent 1 or 0 and of any content, of models whose streams have an end: 1 while the
     * stream goes on, 0 in the call that ends it. A session begins with 1.
     */
    public static final String MORE = "stream.more";

    /** The extent that a stream carries to tell its calls apart; nobody sets it. */
    public static final String POSITION = "stream.position";

    /** Whether it is the extent of that name; one without a name is called by its input and axis: {@code x.1}. */
    boolean isNamed(String extent) {
        return axis.equals(extent) || axis.replace(':', '.').equals(extent);
    }

    /** The axis of an input, where time is named by that input; -1 for any other. */
    public int axisOf(String input) {
        String number = axis.startsWith(input + ":") ? axis.substring(input.length() + 1) : "";
        return number.matches("[0-9]{1,2}") ? Integer.parseInt(number) : -1;
    }
}
