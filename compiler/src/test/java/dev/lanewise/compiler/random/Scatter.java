package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import java.util.ArrayList;
import java.util.List;

/** What an output of the reference came to in runs under noise. */
final class Scatter {

    private final Literal exact;
    private final double[] largest;
    private final List<Literal> runs = new ArrayList<>();

    /**
     * @param exact the output without noise
     */
    Scatter(Literal exact) {
        this.exact = exact;
        this.largest = new double[exact.size()];
        runs.add(exact);
    }

    /** Takes note of a run; its shape may differ, where data decide it. */
    void add(Literal off) {
        runs.add(off);
        for (int i = 0; i < Math.min(off.size(), largest.length); i++) {
            double apart = Math.abs(off.doubleAt(i) - exact.doubleAt(i));
            largest[i] = Double.isFinite(apart) ? Math.max(largest[i], apart) : largest[i];
        }
    }

    /** How far an element went from where it is without noise, staying finite. */
    double largest(int i) {
        return i < largest.length ? largest[i] : 0;
    }

    /** Whether an element came to just that. */
    boolean isSeen(int i, double value) {
        return runs.stream().anyMatch(run -> i < run.size()
                && (run.doubleAt(i) == value || Double.isNaN(value) && Double.isNaN(run.doubleAt(i))));
    }
}
