package dev.lanewise.runtime.train;

import java.util.Arrays;
import java.util.List;

/** The lengths of the examples of one batch, by symbol, and the longest of each. */
final class Lengths {

    /** The symbols of all inputs, but for the batch's. */
    final List<String> symbols;
    /** [symbol][row] */
    private final int[][] lengths;
    private final int[] longest;

    Lengths(List<String> symbols, int rows) {
        this.symbols = List.copyOf(symbols);
        this.lengths = new int[symbols.size()][rows];
        this.longest = new int[symbols.size()];
    }

    int of(int symbol, int row) {
        return lengths[symbol][row];
    }

    int longest(int symbol) {
        return longest[symbol];
    }

    void clear() {
        Arrays.fill(longest, 0);
    }

    void set(int row, int[] ofExample) {
        for (int symbol = 0; symbol < longest.length; symbol++) {
            lengths[symbol][row] = ofExample[symbol];
            longest[symbol] = Math.max(longest[symbol], ofExample[symbol]);
        }
    }
}
