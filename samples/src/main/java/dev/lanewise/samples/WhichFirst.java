package dev.lanewise.samples;

import java.util.Arrays;
import java.util.Random;

/** Generated sequences with an A and a B among symbols that say nothing; label 0 where the A comes first. */
final class WhichFirst {

    static final int SYMBOLS = 10;
    static final String EXAMPLE = "cdAehgBfi";
    private static final String NAMES = "ABcdefghij";

    private WhichFirst() {}

    /** Half as many sequences as are asked for, each twice: as it is, and with A and B exchanged. */
    static Labelled pairs(Random random, int count, int time) {
        int[] symbols = new int[count * time];
        int[] labels = new int[count];
        Arrays.setAll(symbols, i -> 2 + random.nextInt(SYMBOLS - 2));
        for (int pair = 0; pair < count; pair += 2) {
            int a = random.nextInt(time);
            int b = (a + 1 + random.nextInt(time - 1)) % time;
            System.arraycopy(symbols, pair * time, symbols, (pair + 1) * time, time);
            symbols[pair * time + a] = symbols[(pair + 1) * time + b] = 0;
            symbols[pair * time + b] = symbols[(pair + 1) * time + a] = 1;
            labels[pair] = a < b ? 0 : 1;
            labels[pair + 1] = 1 - labels[pair];
        }
        return new Labelled(symbols, labels);
    }

    /** {@link #EXAMPLE} as a batch of one. */
    static Labelled example() {
        return new Labelled(EXAMPLE.chars().map(NAMES::indexOf).toArray(), new int[1]);
    }
}
