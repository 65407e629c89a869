package dev.lanewise.runtime.train;

import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.Session;
import java.util.Arrays;
import java.util.List;

/**
 * Some examples, laid out as a program's inputs are. Made once at its bounds, then filled again and again; belongs to
 * one thread at a time.
 */
public final class Batch {

    private final Layout layout;
    private final Lengths lengths;
    /** [input] an array of the input's type */
    private final Object[] values;
    /** [row] */
    private final int[] indices;
    private final int[] ofExample;
    private int count;
    private long elements;
    private long padding;

    Batch(Layout layout) {
        this.layout = layout;
        this.lengths = new Lengths(layout.symbols, layout.rows);
        this.values = new Object[layout.inputs.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = layout.inputs.get(i).allocate();
        }
        this.indices = new int[layout.rows];
        this.ofExample = new int[layout.symbols.size()];
    }

    /** Examples in it. */
    public int count() {
        return count;
    }

    /** The index of an example in its data set. */
    public int index(int row) {
        return indices[row];
    }

    /** Elements of sequences that are the examples' own: of all inputs that have a length. */
    public long elements() {
        return elements;
    }

    /** Elements beyond the end of a sequence. */
    public long padding() {
        return padding;
    }

    /**
     * Fills it.
     *
     * @param order of which {@code order[from, to)} are the indices
     * @param known [example][symbol] lengths
     */
    void fill(Dataset data, int[] order, int from, int to, int[][] known) {
        count = to - from;
        lengths.clear();
        for (int row = 0; row < count; row++) {
            indices[row] = order[from + row];
            lengths.set(row, known[indices[row]]);
        }
        elements = 0;
        padding = 0;
        for (int i = 0; i < values.length; i++) {
            BatchInput input = layout.inputs.get(i);
            input.shape(count, lengths);
            input.pad(values[i]);
        }
        for (int row = 0; row < count; row++) {
            Example example = data.get(indices[row]);
            layout.measure(indices[row], example, ofExample); // it may be another than when training began
            if (!Arrays.equals(ofExample, known[indices[row]])) {
                throw new DataException("example " + indices[row] + ": lengths " + Arrays.toString(ofExample)
                        + "; it had " + Arrays.toString(known[indices[row]]) + " before");
            }
            put(example, row);
        }
    }

    private void put(Example example, int row) {
        for (int i = 0; i < values.length; i++) {
            BatchInput input = layout.inputs.get(i);
            if (layout.takesLengths(i)) {
                int length = layout.length(i, lengths, row);
                switch (input.type) {
                    case F32 -> ((float[]) values[i])[row] = length;
                    case I32 -> ((int[]) values[i])[row] = length;
                    default -> ((long[]) values[i])[row] = length;
                }
            } else {
                int at = example.index(input.name);
                input.put(values[i], example.array(at), example.from(at), lengths, row);
                long own = input.elements(lengths, row);
                long reserved = input.size() / count;
                if (isSequence(input)) {
                    elements += own;
                    padding += reserved - own;
                }
            }
        }
    }

    private static boolean isSequence(BatchInput input) {
        for (int symbol : input.symbol) {
            if (symbol >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Makes it the inputs of a session of a program that has them all. */
    void feed(Session session) {
        List<BatchInput> inputs = layout.inputs;
        for (int i = 0; i < values.length; i++) {
            inputs.get(i).shape(count, lengths);
            inputs.get(i).feed(values[i], session.input(inputs.get(i).name));
        }
    }

    /**
     * Whether an element of an input, in row-major order, is an example's own: within its length, and no label that is
     * ignored.
     */
    public boolean counts(String input, int element) {
        int at = layout.index(input);
        BatchInput of = layout.inputs.get(at);
        if (!of.isReal(element, lengths)) {
            return false;
        }
        Batching.Labels labels = of.labels;
        return labels == null || labels.ignored() == labels.classes() || label(at, element) != labels.ignored();
    }

    /** An element of an input of labels. */
    public int label(String input, int element) {
        return label(layout.index(input), element);
    }

    private int label(int at, int element) {
        return switch (layout.inputs.get(at).type) {
            case F32 -> Math.round(((float[]) values[at])[element]);
            case I32 -> ((int[]) values[at])[element];
            default -> (int) ((long[]) values[at])[element];
        };
    }

    /** Elements of an input. */
    public int size(String input) {
        return layout.inputs.get(layout.index(input)).size();
    }

    /** The row that an element of an input belongs to. */
    public int row(String input, int element) {
        return layout.inputs.get(layout.index(input)).row(element);
    }

    /** Bytes of its arrays. */
    long bytes() {
        long bytes = 0;
        for (BatchInput input : layout.inputs) {
            bytes += (long) input.capacity * input.type.bytes();
        }
        return bytes;
    }
}
