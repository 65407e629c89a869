package dev.lanewise.runtime.train;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Examples by index. Training asks for them in any order, and more than once: it looks at each of them before it
 * begins, so that what is wrong with one is said at once. One thread uses a data set at a time.
 *
 * <pre>{@code
 * Dataset data = Dataset.arrays(60_000).floats("x", pixels).ints("label", digits);
 * Dataset held = data.part(50_000, 60_000);
 * }</pre>
 */
public interface Dataset {

    int size();

    /**
     * The example of an index, 0 to {@code size() - 1}; the same for the same index. It may be one object that each
     * call fills anew.
     */
    Example get(int index);

    /** Examples in memory, as plain arrays of one example after the other. */
    static ArrayDataset arrays(int size) {
        return new ArrayDataset(size);
    }

    /** Examples as they are. */
    static Dataset of(List<Example> examples) {
        List<Example> all = List.copyOf(examples);
        return of(all.size(), all::get);
    }

    /** All examples that an iterator gives, kept in memory. */
    static Dataset of(Iterator<Example> examples) {
        List<Example> all = new ArrayList<>();
        examples.forEachRemaining(all::add);
        return of(all);
    }

    /** Examples that are made, or read from files, when they are asked for. */
    static Dataset of(int size, IntFunction<Example> source) {
        return new Dataset() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public Example get(int index) {
                return source.apply(index);
            }
        };
    }

    /** The examples from one index to before another, as a data set. */
    default Dataset part(int from, int to) {
        if (from < 0 || to > size() || from > to) {
            throw new IndexOutOfBoundsException("examples " + from + " to " + to + " of " + size());
        }
        return of(to - from, index -> get(from + index));
    }
}
