package dev.lanewise.runtime.train;

import dev.lanewise.formats.DataException;
import java.util.ArrayList;
import java.util.List;

/**
 * Examples in plain arrays, which it keeps references to. Filled by one thread, then read by one at a time; reading
 * allocates nothing.
 */
public final class ArrayDataset implements Dataset {

    /** Values of one input: all in one array, or an array for each example. */
    private record Column(String input, Object all, Object[] each, int perExample) {}

    private final int size;
    private final List<Column> columns = new ArrayList<>();
    private final Example example = new Example();

    ArrayDataset(int size) {
        this.size = size;
    }

    /** @param values [size, ...], one example after the other */
    public ArrayDataset floats(String input, float[] values) {
        return add(input, values, values.length);
    }

    /** @param values [size, ...], one example after the other */
    public ArrayDataset ints(String input, int[] values) {
        return add(input, values, values.length);
    }

    /** @param values [size][values of that example]: sequences of any lengths */
    public ArrayDataset floats(String input, float[][] values) {
        return add(input, values);
    }

    /** @param values [size][values of that example]: sequences of any lengths */
    public ArrayDataset ints(String input, int[][] values) {
        return add(input, values);
    }

    private ArrayDataset add(String input, Object all, int length) {
        if (size == 0 || length % size != 0) {
            throw new DataException("input '" + input + "': " + length + " values are no whole number for each of "
                    + size + " examples");
        }
        columns.add(new Column(input, all, null, length / size));
        return this;
    }

    private ArrayDataset add(String input, Object[] each) {
        if (each.length != size) {
            throw new DataException("input '" + input + "': " + each.length + " arrays for " + size + " examples");
        }
        for (int i = 0; i < size; i++) {
            if (each[i] == null) {
                throw new DataException("example " + i + ": input '" + input + "' has no values");
            }
        }
        columns.add(new Column(input, null, each, 0));
        return this;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Example get(int index) {
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            Object array = column.all != null ? column.all : column.each[index];
            int from = column.all != null ? index * column.perExample : 0;
            if (array instanceof float[] floats) {
                example.floats(column.input, floats, from, column.all != null ? column.perExample : floats.length);
            } else {
                int[] ints = (int[]) array;
                example.ints(column.input, ints, from, column.all != null ? column.perExample : ints.length);
            }
        }
        return example;
    }
}
