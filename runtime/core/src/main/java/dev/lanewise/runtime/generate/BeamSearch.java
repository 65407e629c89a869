package dev.lanewise.runtime.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds a probable sequence, symbol by symbol: keeps the most probable beginnings, goes on with all of them at once,
 * and takes the best of the sequences that ended among them. A beam of 1 is greedy. Immutable, so that threads may
 * share it; a search allocates.
 *
 * <p>Beginnings compete by their probability, sequences that ended by the mean logarithm per symbol, their end among
 * them: or else the shortest would mostly win (Wu and others 2016, with a length penalty of exponent 1).
 *
 * @param beam how many beginnings are kept
 * @param begin the symbol that stands before the first one
 * @param end the symbol that ends a sequence
 * @param longest how many symbols a sequence has at most, its end among them
 */
public record BeamSearch(int beam, int begin, int end, int longest) {

    /**
     * A sequence that was found.
     *
     * @param symbols without the marks at its beginning and its end
     * @param logarithm of its probability, that of its end included
     */
    public record Found(int[] symbols, double logarithm) {

        /** The mean of the logarithm per symbol, the end among them. */
        public double score() {
            return logarithm / (symbols.length + 1);
        }
    }

    /** @param row of the decoder's last step that it came from */
    private record Beginning(int[] symbols, double logarithm, int row) {

        Beginning with(int symbol, float more, int from) {
            int[] longer = Arrays.copyOf(symbols, symbols.length + 1);
            longer[symbols.length] = symbol;
            return new Beginning(longer, logarithm + more, from);
        }

        int last() {
            return symbols[symbols.length - 1];
        }

        /** Without its first symbol, which begins it, and without its last one where that ends it. */
        Found found(boolean ended) {
            return new Found(Arrays.copyOfRange(symbols, 1, symbols.length - (ended ? 1 : 0)), logarithm);
        }
    }

    /** @throws IllegalArgumentException where the beam or the longest sequence is below 1 */
    public BeamSearch {
        if (beam < 1 || longest < 1) {
            throw new IllegalArgumentException(
                    "a beam of " + beam + " and at most " + longest + " symbols; expected 1 or more of both");
        }
    }

    /** The same with another beam. */
    public BeamSearch beam(int other) {
        return new BeamSearch(other, begin, end, longest);
    }

    /**
     * The best of the sequences that end while they are among the most probable; where none does, the best beginning.
     *
     * @param decoder at the begin of a sequence
     */
    public Found search(Decoder decoder) {
        List<Beginning> open = List.of(new Beginning(new int[] {begin}, 0, 0));
        List<Found> ended = new ArrayList<>();
        for (int length = 0; length < longest && ended.size() < beam && !open.isEmpty(); length++) {
            List<Beginning> next = new ArrayList<>();
            for (Beginning beginning : mostProbable(open, decoder)) {
                if (beginning.last() == end) {
                    ended.add(beginning.found(true));
                } else {
                    next.add(beginning);
                }
            }
            open = next;
        }
        if (ended.isEmpty()) {
            open.forEach(beginning -> ended.add(beginning.found(false)));
        }
        return ended.stream().max(Comparator.comparingDouble(Found::score)).orElseThrow();
    }

    /** Those that the beam keeps of all that are one symbol longer, the most probable first. */
    private List<Beginning> mostProbable(List<Beginning> open, Decoder decoder) {
        float[][] logarithms = decoder.step(
                open.stream().mapToInt(Beginning::row).toArray(), open.stream().mapToInt(Beginning::last).toArray());
        List<Beginning> longer = new ArrayList<>();
        for (int row = 0; row < open.size(); row++) {
            for (int symbol : largest(logarithms[row])) {
                longer.add(open.get(row).with(symbol, logarithms[row][symbol], row));
            }
        }
        longer.sort(Comparator.comparingDouble(Beginning::logarithm).reversed());
        return longer.subList(0, Math.min(beam, longer.size()));
    }

    /** The places of as many largest values as the beam keeps, largest first. */
    private List<Integer> largest(float[] values) {
        List<Integer> best = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            int at = best.size();
            while (at > 0 && values[i] > values[best.get(at - 1)]) {
                at--;
            }
            if (at < beam) {
                best.add(at, i);
                best.subList(Math.min(beam, best.size()), best.size()).clear();
            }
        }
        return best;
    }
}
