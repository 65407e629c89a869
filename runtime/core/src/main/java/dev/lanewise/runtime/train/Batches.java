package dev.lanewise.runtime.train;

import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.Session;
import java.util.Arrays;
import java.util.List;

/**
 * The batches of a data set, epoch by epoch. Their order follows from the seed and the number of the epoch alone.
 * Sequences of like lengths go together: shuffled examples are sorted by length within pools of many batches, cut where
 * a batch is full or would be padded too much, and then the batches are shuffled. Filling a batch from arrays allocates
 * nothing.
 */
final class Batches {

    /** Batches of a pool: enough to find like lengths, and few enough to meet others in each epoch. */
    private static final int POOL = 100;

    private final Dataset data;
    private final Batching batching;
    private final Session session;
    private final List<String> notFed;
    private final int rows;
    private final boolean fixedRows;
    /** [example][symbol] */
    private final int[][] lengths;
    private final int[] order;
    /** [batch] where it begins and ends in {@link #order}. */
    private final int[] begins;
    private final int[] ends;
    private int batches;
    private int next;

    /**
     * Looks at each example.
     *
     * @param session of a program whose inputs the data set feeds
     * @param notFed names of inputs that it does not
     * @throws DataException where an example does not fit, or there is none
     */
    Batches(Dataset data, Batching batching, Session session, List<String> notFed) {
        this.data = data;
        this.batching = batching;
        this.session = session;
        this.notFed = notFed;
        Layout layout = layout();
        rows = layout.rows;
        fixedRows = layout.fixedRows;
        if (data.size() < (fixedRows ? rows : 1)) {
            throw new DataException(data.size() + " examples; the model takes " + (fixedRows ? rows : 1) + " or more");
        }
        lengths = new int[data.size()][layout.symbols.size()];
        for (int i = 0; i < lengths.length; i++) {
            layout.measure(i, data.get(i), lengths[i]);
        }
        order = new int[data.size()];
        begins = new int[data.size()];
        ends = new int[data.size()];
    }

    private Layout layout() {
        return new Layout(session, batching, notFed);
    }

    Batch newBatch() {
        return new Batch(layout());
    }

    /** Puts an epoch's batches in order; the first is the next. */
    void begin(int epoch) {
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        Shuffle shuffle = new Shuffle(batching.seed(), epoch);
        if (batching.shuffled()) {
            shuffle.apply(order, order.length);
        }
        boolean sorted = batching.mostPadding() < 1 && lengths[0].length > 0;
        int pool = POOL * rows;
        for (int from = 0; sorted && from < order.length; from += pool) {
            sort(from, Math.min(order.length, from + pool));
        }
        batches = 0;
        for (int from = 0; from < order.length;) {
            int to = end(from, sorted);
            if (to - from == rows || !fixedRows) {
                begins[batches] = from;
                ends[batches++] = to;
            }
            from = to;
        }
        if (batching.shuffled()) {
            shuffle.apply(begins, ends, batches);
        }
        next = 0;
    }

    /** By length, equal ones in their order. */
    private void sort(int from, int to) {
        long[] keys = new long[to - from];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) lengths[order[from + i]][0] << 32 | i;
        }
        Arrays.sort(keys);
        int[] before = Arrays.copyOfRange(order, from, to);
        for (int i = 0; i < keys.length; i++) {
            order[from + i] = before[(int) keys[i]];
        }
    }

    private int end(int from, boolean sorted) {
        int to = from;
        long sum = 0;
        while (to < order.length && to - from < rows) {
            if (sorted) {
                int length = lengths[order[to]][0];
                long reserved = (long) length * (to + 1 - from);
                // a pool begins anew with short ones
                boolean shorter = to > from && length < lengths[order[to - 1]][0];
                if (shorter || to > from && reserved - sum - length > batching.mostPadding() * reserved) {
                    break;
                }
                sum += length;
            }
            to++;
        }
        return to;
    }

    /** How many the epoch has. */
    int count() {
        return batches;
    }

    int size() {
        return data.size();
    }

    /** Leaves out the first ones of the epoch. */
    void skip(int n) {
        next = n;
    }

    /** Fills the epoch's next batch, if there is one. */
    boolean next(Batch into) {
        if (next == batches) {
            return false;
        }
        into.fill(data, order, begins[next], ends[next], lengths);
        next++;
        return true;
    }
}
