package dev.lanewise.samples;

import java.util.Arrays;
import java.util.Random;

/** Generated sequences of which the first symbol is to be named at the end; after it come others, of another kind. */
final class FirstSymbol {

    /** First symbols are 0 to before this, the others as many from there on. */
    static final int KINDS = 8;

    private FirstSymbol() {}

    /** Sequences with {@code distance} symbols after the first. */
    static Labelled sequences(Random random, int count, int distance) {
        int[] symbols = new int[count * (distance + 1)];
        int[] labels = new int[count];
        Arrays.setAll(symbols, i -> KINDS + random.nextInt(KINDS));
        Arrays.setAll(labels, i -> symbols[i * (distance + 1)] = random.nextInt(KINDS));
        return new Labelled(symbols, labels);
    }
}
