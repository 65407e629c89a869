package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import java.util.BitSet;

/** What an output of the reference came to in runs under noise. */
final class Scatter {

    private final Literal exact;
    private final Literal expected;
    private final Literal found;
    private final double[] largest;
    private final BitSet expectedSeen = new BitSet();
    private final BitSet foundSeen = new BitSet();

    /**
     * @param exact the output without noise
     * @param expected a result that noise may explain
     * @param found another
     */
    Scatter(Literal exact, Literal expected, Literal found) {
        this.exact = exact;
        this.expected = expected;
        this.found = found;
        this.largest = new double[exact.size()];
        add(exact);
    }

    /** Takes note of a run; its shape may differ, where data decide it. */
    void add(Literal off) {
        for (int i = 0; i < Math.min(off.size(), largest.length); i++) {
            double apart = Math.abs(off.doubleAt(i) - exact.doubleAt(i));
            largest[i] = Double.isFinite(apart) ? Math.max(largest[i], apart) : largest[i];
        }
        note(off, expected, expectedSeen);
        note(off, found, foundSeen);
    }

    private static void note(Literal off, Literal result, BitSet seen) {
        for (int i = 0; i < Math.min(off.size(), result.size()); i++) {
            double a = off.doubleAt(i);
            double b = result.doubleAt(i);
            if (a == b || Double.isNaN(a) && Double.isNaN(b)) {
                seen.set(i);
            }
        }
    }

    /** How far an element went from where it is without noise, staying finite. */
    double largest(int i) {
        return i < largest.length ? largest[i] : 0;
    }

    /** Whether an element is none of floating point, and noise makes it another. */
    boolean moves(int i) {
        return !exact.type().isFloating() && largest(i) > 0;
    }

    /** Whether an element came to just what is expected, and to just what was found. */
    boolean explains(int i) {
        return expectedSeen.get(i) && foundSeen.get(i);
    }
}
