package dev.lanewise.bench.row;

import java.util.Random;

/**
 * What one input is given.
 *
 * @param name the input
 * @param shape its extents
 * @param values {@code float[]}, {@code long[]} or {@code int[]}, row-major by {@code shape}
 */
public record Feed(String name, int[] shape, Object values) {

    /** Numbers between -1 and 1 from a seed that follows from the name. */
    static Feed random(String name, int... shape) {
        return new Feed(name, shape, numbers(name.hashCode(), 1, shape));
    }

    static Feed zeros(String name, int... shape) {
        return new Feed(name, shape, new float[size(shape)]);
    }

    static Feed longs(String name, int[] shape, long... values) {
        return new Feed(name, shape, values);
    }

    static Feed ints(String name, int[] shape, int... values) {
        return new Feed(name, shape, values);
    }

    /** {@code numbers[size(shape)]} between {@code -range} and {@code range}. */
    static float[] numbers(long seed, float range, int... shape) {
        Random random = new Random(seed);
        float[] numbers = new float[size(shape)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = range * (2 * random.nextFloat() - 1);
        }
        return numbers;
    }

    static int size(int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        return size;
    }
}
