package dev.lanewise.runtime.train;

/**
 * A long sequence as consecutive windows, for truncated backpropagation through time: it is cut into as many streams as
 * a batch has rows, and each batch goes on where the one before it stopped. Examples are (window, stream) in that
 * order; train on them with {@link FitOptions#carryState} and without shuffling.
 */
public final class Windows implements Dataset {

    private final String input;
    private final String target;
    private final int[] ids;
    private final int streams;
    private final int window;
    private final int perStream;
    private final Example example = new Example();

    /**
     * @param input takes the ids of a window
     * @param target takes those one further on
     * @param ids the sequence; what is left over at the end is not used
     * @param streams examples of a batch
     * @param window ids of an example
     */
    public Windows(String input, String target, int[] ids, int streams, int window) {
        this.input = input;
        this.target = target;
        this.ids = ids;
        this.streams = streams;
        this.window = window;
        this.perStream = (ids.length - 1) / streams / window;
    }

    @Override
    public int size() {
        return perStream * streams;
    }

    @Override
    public Example get(int index) {
        int begin = (index % streams * perStream + index / streams) * window;
        return example.ints(input, ids, begin, window).ints(target, ids, begin + 1, window);
    }
}
