package dev.lanewise.runtime.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How examples are put into batches. Immutable; start from {@link #of}.
 *
 * @param size most examples of a batch
 * @param shuffled whether each epoch has another order; its seed and the epoch's number determine it
 * @param mostPadding the largest share of a batch that may be padding, from 0 for sequences of equal lengths only to 1.
 *     Below 1, sequences of like lengths are put together
 * @param prefetched whether a second thread prepares the next batch meanwhile; the order and all bits stay the same
 * @param axis name of the symbol that is the batch's extent; {@code null} for that which all inputs share
 * @param lengths by input that takes the lengths of sequences, the input whose they are
 * @param labels by input of class labels or ids, how many there are
 */
public record Batching(
        int size, boolean shuffled, long seed, double mostPadding, boolean prefetched, String axis,
        Map<String, String> lengths, Map<String, Labels> labels) {

    /**
     * What the values of an input may be.
     *
     * @param classes they are 0 to before this
     * @param ignored or this, which also fills what is padded; equal to {@code classes} for none, and 0 fills
     */
    public record Labels(int classes, int ignored) {

        int padding() {
            return ignored == classes ? 0 : ignored;
        }

        boolean known(int label) {
            return label >= 0 && label < classes || label == ignored && ignored != classes;
        }
    }

    private static final double USUAL_PADDING = 0.1;

    public Batching {
        if (size < 1 || mostPadding < 0 || mostPadding > 1) {
            throw new IllegalArgumentException("batches of " + size + " with " + mostPadding + " padding");
        }
        lengths = Map.copyOf(lengths);
        labels = Map.copyOf(labels);
    }

    /** Shuffled by seed 0, with at most a tenth of padding. */
    public static Batching of(int size) {
        return new Batching(size, true, 0, USUAL_PADDING, false, null, Map.of(), Map.of());
    }

    public Batching seed(long newSeed) {
        return new Batching(size, true, newSeed, mostPadding, prefetched, axis, lengths, labels);
    }

    /** The data set's own order. */
    public Batching inOrder() {
        return new Batching(size, false, seed, 1, prefetched, axis, lengths, labels);
    }

    public Batching mostPadding(double share) {
        return new Batching(size, shuffled, seed, share, prefetched, axis, lengths, labels);
    }

    public Batching prefetched(boolean whether) {
        return new Batching(size, shuffled, seed, mostPadding, whether, axis, lengths, labels);
    }

    /** Names the symbol that is the batch's extent. */
    public Batching axis(String symbol) {
        return new Batching(size, shuffled, seed, mostPadding, prefetched, symbol, lengths, labels);
    }

    /** Has an input take the lengths of another's sequences. */
    public Batching lengths(String input, String of) {
        Map<String, String> more = new LinkedHashMap<>(lengths);
        more.put(input, of);
        return new Batching(size, shuffled, seed, mostPadding, prefetched, axis, more, labels);
    }

    /** Declares an input's values to be 0 to {@code classes - 1}. */
    public Batching labels(String input, int classes) {
        return labels(input, classes, classes);
    }

    /**
     * Declares an input's values to be 0 to {@code classes - 1}, or {@code ignored}, which also fills what is padded.
     */
    public Batching labels(String input, int classes, int ignored) {
        Map<String, Labels> more = new LinkedHashMap<>(labels);
        more.put(input, new Labels(classes, ignored));
        return new Batching(size, shuffled, seed, mostPadding, prefetched, axis, lengths, more);
    }
}
