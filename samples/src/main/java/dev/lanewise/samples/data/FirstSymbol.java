package dev.lanewise.samples.data;

import java.util.Random;

/** Generated sequences of which the first symbol is to be named at the end. */
public final class FirstSymbol {

    public static final int KINDS = 8;

    private FirstSymbol() {}

    /** The {@code index}-th sequence with {@code distance} symbols after the first. */
    public static Labelled after(int distance, long seed, int index) {
        int[] symbols = random(31 * seed + distance, index).ints(distance + 1, 0, KINDS).toArray();
        return new Labelled(symbols, symbols[0]);
    }

    /** The {@code index}-th sequence of any distance up to {@code farthest}; every second has that one. */
    public static Labelled upTo(int farthest, long seed, int index) {
        int distance = index % 2 == 0 ? farthest : 1 + random(seed, index).nextInt(farthest);
        return after(distance, seed, index);
    }

    private static Random random(long seed, int index) {
        // seeds that are close begin with numbers that are: spread them
        return new Random((seed * 1_000_003L + index) * 0x9e3779b97f4a7c15L);
    }
}
