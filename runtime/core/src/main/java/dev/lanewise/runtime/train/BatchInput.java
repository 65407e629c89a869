package dev.lanewise.runtime.train;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;

/**
 * One input of a program as batches fill it: which axis is the batch's, which axes are lengths. Copies an example's
 * values to where they lie in the batch, and looks at each. Allocates nothing once it is made.
 */
final class BatchInput {

    final String name;
    final DType type;
    /** The axis of the batch. */
    final int axis;
    /** [axis] the position of its symbol in {@link Lengths#symbols}; -1 for a number and for the batch. */
    final int[] symbol;
    /** Elements at the bounds. */
    final int capacity;
    final Batching.Labels labels;

    /** [axis] extents of the present batch, and distances in it. */
    private final int[] extents;
    private final int[] strides;
    /** [axis] of the present example, without the batch's axis: 1. */
    private final int[] own;
    private final int[] at;

    /**
     * @param axis of the batch
     * @param symbol see {@link #symbol}
     */
    BatchInput(Tensor tensor, int axis, int[] symbol, Batching.Labels labels) {
        this.name = tensor.name();
        this.type = tensor.type();
        this.axis = axis;
        this.symbol = symbol;
        this.labels = labels;
        if (type != DType.F32 && type != DType.I32 && type != DType.I64) {
            throw new DataException("input '" + name + "' is " + type + "; data sets hold f32, i32 and i64");
        }
        this.extents = new int[tensor.rank()];
        int product = 1;
        for (int a = 0; a < extents.length; a++) {
            extents[a] = tensor.bound(a);
            product *= extents[a];
        }
        this.capacity = product;
        this.strides = new int[extents.length];
        this.own = new int[extents.length];
        this.at = new int[extents.length];
    }

    int rank() {
        return extents.length;
    }

    int extent(int a) {
        return extents[a];
    }

    /** Takes over the batch's extents. */
    void shape(int count, Lengths lengths) {
        int stride = 1;
        for (int a = extents.length - 1; a >= 0; a--) {
            if (a == axis) {
                extents[a] = count;
            } else if (symbol[a] >= 0) {
                extents[a] = lengths.longest(symbol[a]);
            }
            strides[a] = stride;
            stride *= extents[a];
        }
    }

    /** Elements of the batch. */
    int size() {
        return extents.length == 0 ? 1 : strides[0] * extents[0];
    }

    /** Elements of one example of these lengths. */
    long elements(Lengths lengths, int row) {
        long product = 1;
        for (int a = 0; a < extents.length; a++) {
            if (a != axis) {
                product *= symbol[a] < 0 ? extents[a] : lengths.of(symbol[a], row);
            }
        }
        return product;
    }

    /** Whether an element of the batch is an example's own, and no padding. */
    boolean isReal(int element, Lengths lengths) {
        int row = element / strides[axis] % extents[axis];
        for (int a = 0; a < extents.length; a++) {
            if (symbol[a] >= 0 && element / strides[a] % extents[a] >= lengths.of(symbol[a], row)) {
                return false;
            }
        }
        return true;
    }

    /** The row of the batch that an element belongs to. */
    int row(int element) {
        return element / strides[axis] % extents[axis];
    }

    /** Fails where a value is no number, or no label. */
    void check(int index, Object array, int from, int size) {
        if (array instanceof float[] values) {
            if (type != DType.F32) {
                throw wrong(index, "is " + type + "; given floats");
            }
            for (int i = 0; i < size; i++) {
                float value = values[from + i];
                if (value - value != 0) {
                    throw wrong(index, "value " + i + " is " + value);
                }
            }
        } else if (labels != null) {
            int[] values = (int[]) array;
            for (int i = 0; i < size; i++) {
                if (!labels.known(values[from + i])) {
                    throw wrong(index, "value " + i + " is the label " + values[from + i] + "; expected 0 to "
                            + (labels.classes() - 1));
                }
            }
        }
    }

    private DataException wrong(int index, String problem) {
        return new DataException("example " + index + ": input '" + name + "' " + problem);
    }

    /** Copies checked values into a row of {@code into}, an array of the input's type. */
    void put(Object into, Object array, int from, Lengths lengths, int row) {
        int run = 1; // what lies together both in the example and in the batch
        for (int a = 0; a < extents.length; a++) {
            own[a] = a == axis ? 1 : symbol[a] < 0 ? extents[a] : lengths.of(symbol[a], row);
            at[a] = 0;
        }
        int a = extents.length - 1;
        for (boolean whole = true; a > axis && whole; a--) {
            whole = own[a] == extents[a];
            run *= own[a];
        }
        int to = row * strides[axis];
        int outer = a; // axes 0 to outer are counted
        for (int source = from;; source += run) {
            copy(array, source, into, to, run);
            int counted = outer;
            while (counted >= 0) {
                to += strides[counted];
                if (++at[counted] < own[counted]) {
                    break;
                }
                to -= own[counted] * strides[counted];
                at[counted--] = 0;
            }
            if (counted < 0) {
                return;
            }
        }
    }

    private void copy(Object array, int from, Object into, int to, int n) {
        switch (type) {
            case F32 -> {
                float[] floats = (float[]) into;
                if (array instanceof float[] values) {
                    System.arraycopy(values, from, floats, to, n);
                } else {
                    int[] values = (int[]) array;
                    for (int i = 0; i < n; i++) {
                        floats[to + i] = values[from + i];
                    }
                }
            }
            case I32 -> System.arraycopy(array, from, into, to, n);
            default -> {
                int[] values = (int[]) array;
                long[] longs = (long[]) into;
                for (int i = 0; i < n; i++) {
                    longs[to + i] = values[from + i];
                }
            }
        }
    }

    /** An array for batches. */
    Object allocate() {
        return switch (type) {
            case F32 -> new float[capacity];
            case I32 -> new int[capacity];
            default -> new long[capacity];
        };
    }

    /** Fills the batch with what stands for padding. */
    void pad(Object into) {
        int padding = labels == null ? 0 : labels.padding();
        switch (type) {
            case F32 -> Arrays.fill((float[]) into, 0, size(), padding);
            case I32 -> Arrays.fill((int[]) into, 0, size(), padding);
            default -> Arrays.fill((long[]) into, 0, size(), padding);
        }
    }

    /** Sets the input's shape and values. */
    void feed(Object values, Tensor tensor) {
        for (int a = 0; a < extents.length; a++) {
            tensor.setExtent(a, extents[a]);
        }
        Object array = switch (type) {
            case F32 -> tensor.floats();
            case I32 -> tensor.ints();
            default -> tensor.longs();
        };
        System.arraycopy(values, 0, array, tensor.offset(), size());
    }
}
