package dev.lanewise.samples.data;

import java.util.Random;

/** Generated sequences with an A and a B among symbols that say nothing; label 0 where the A comes first. */
public final class WhichFirst {

    public static final int SYMBOLS = 10;
    public static final int LONGEST = 20;
    public static final String EXAMPLE = "cdAehgBfi";
    private static final int SHORTEST = 4;
    private static final String NAMES = "ABcdefghij";

    private WhichFirst() {}

    /** Sequences come in pairs: the second has A and B exchanged. */
    public static Labelled pairs(long seed, int index) {
        Random random = new Random((seed * 1_000_003L + index / 2) * 0x9e3779b97f4a7c15L);
        int time = SHORTEST + random.nextInt(LONGEST - SHORTEST + 1);
        int[] symbols = random.ints(time, 2, SYMBOLS).toArray();
        int first = random.nextInt(time);
        int second = (first + 1 + random.nextInt(time - 1)) % time;
        symbols[first] = index % 2;
        symbols[second] = 1 - index % 2;
        return new Labelled(symbols, first < second == (index % 2 == 0) ? 0 : 1);
    }

    public static Labelled example() {
        return new Labelled(EXAMPLE.chars().map(NAMES::indexOf).toArray(), 0);
    }

    /** A sequence of any length, where only its length matters. */
    public static Labelled anything(int time) {
        return new Labelled(new Random(time).ints(time, 0, SYMBOLS).toArray(), 0);
    }
}
