package dev.lanewise.runtime.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One example: for each input of a program, the values it has there without the axis of the batch, dense and row-major.
 * An input of rank 1, such as a label, takes one value. How long a sequence is follows from how many values there are.
 * Holds references to the arrays it was given. Used by one thread; {@link #clear} and refilling allocate nothing.
 */
public final class Example {

    private final List<String> inputs = new ArrayList<>();
    private Object[] arrays = new Object[4];
    private int[] from = new int[4];
    private int[] sizes = new int[4];

    /** Forgets all values, so that others can take their place. */
    public void clear() {
        Arrays.fill(arrays, null);
    }

    /** Values of an f32 input: {@code values[begin, begin + size)}. */
    public Example floats(String input, float[] values, int begin, int size) {
        return put(input, values, begin, size);
    }

    /** Values of an f32 input. */
    public Example floats(String input, float... values) {
        return put(input, values, 0, values.length);
    }

    /**
     * Values of an input of integers, or of one of f32 that takes whole numbers: {@code values[begin, begin + size)}.
     */
    public Example ints(String input, int[] values, int begin, int size) {
        return put(input, values, begin, size);
    }

    /** Values of an input of integers, or of one of f32 that takes whole numbers. */
    public Example ints(String input, int... values) {
        return put(input, values, 0, values.length);
    }

    /** A copy of an f32 input's values. */
    public float[] copyOfFloats(String input) {
        int at = present(input);
        return Arrays.copyOfRange((float[]) arrays[at], from[at], from[at] + sizes[at]);
    }

    /** A copy of the values of an input of integers. */
    public int[] copyOfInts(String input) {
        int at = present(input);
        return Arrays.copyOfRange((int[]) arrays[at], from[at], from[at] + sizes[at]);
    }

    private int present(String input) {
        int at = index(input);
        if (at < 0 || arrays[at] == null) {
            throw new IllegalArgumentException("no values of input '" + input + "'; there are those of " + inputs());
        }
        return at;
    }

    private Example put(String input, Object array, int begin, int size) {
        int at = index(input);
        if (at < 0) {
            at = inputs.size();
            inputs.add(input);
            if (at == arrays.length) {
                arrays = Arrays.copyOf(arrays, 2 * at);
                from = Arrays.copyOf(from, 2 * at);
                sizes = Arrays.copyOf(sizes, 2 * at);
            }
        }
        arrays[at] = array;
        from[at] = begin;
        sizes[at] = size;
        return this;
    }

    /** Position of an input's values, or -1. */
    int index(String input) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).equals(input)) {
                return i;
            }
        }
        return -1;
    }

    /** A {@code float[]}, an {@code int[]}, or {@code null}. */
    Object array(int at) {
        return arrays[at];
    }

    int from(int at) {
        return from[at];
    }

    int size(int at) {
        return sizes[at];
    }

    /** Names of the inputs that it has values of. */
    List<String> inputs() {
        List<String> present = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (arrays[i] != null) {
                present.add(inputs.get(i));
            }
        }
        return present;
    }
}
