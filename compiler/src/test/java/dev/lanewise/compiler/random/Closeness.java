package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * When two results count as the same.
 *
 * <p>Against the double reference: within 2⁻²⁰ of the element, or no further from it than {@link #SCATTERS} times what
 * the reference itself scatters when each of its operations is off by up to 2⁻²¹ of the element (four units in the last
 * place of f32: an operation may be as wrong as if its operands had been rounded once or twice more) and 2⁻²² besides
 * (functions like GELU subtract what is near 1), or than {@link #ORDINARY} times the largest error of ONNX Runtime
 * in the same tensor, where that is small: formulas like a layer's norm subtract a mean, and nobody does it better.
 *
 * <p>Against ONNX Runtime, whose functions are good to 10⁻⁷ or so whatever they come to: within 10⁻⁴ of the larger of
 * the element and the root mean square of its tensor, or that many times what the reference scatters under errors of
 * 2⁻¹⁷ and 2·10⁻⁷. Integers, truth values, infinities and NaN are equal, or both are what the reference came to under
 * some noise. The scatter is only measured where the bound fails.
 *
 * @param relative to the larger of the element and {@code ofMean} times its tensor's root mean square
 * @param noise errors of each operation of the reference, for the scatter
 */
record Closeness(double relative, double ofMean, Noise noise) {

    static final Closeness TO_REFERENCE = new Closeness(0x1p-20, 0, new Noise(0x1p-21, 0x1p-22));
    static final Closeness TO_ONNX_RUNTIME = new Closeness(1e-4, 1, new Noise(0x1p-17, 2e-7));

    private static final double ORDINARY = 3;
    /** Up to which ONNX Runtime's error is ordinary, of the root mean square: eight units in the last place. */
    private static final double ORDINARY_OF_MEAN = 0x1p-20;
    /** Where floats have few bits left, these say nothing. */
    private static final double TINY = 0x1p-146;

    /**
     * Runs under noise, ever more where fewer explain nothing: two thresholds are seldom crossed together. What is
     * beyond {@link #SCATTERS} is for indices alone, and only for those that noise moves: of hundreds that tie, one is
     * seldom the first.
     */
    private static final int[] RUNS = {6, 60, 600, 1200, 2400, 4800};

    /** How much further than in so many runs a result may be off: the more there were, the less was left to see. */
    private static final double[] SCATTERS = {5, 3, 2};

    /**
     * What is different, {@code null} where nothing is.
     *
     * @param exact the reference's outputs by name
     * @param ordinary outputs of ONNX Runtime, whose errors are allowed; {@code null} where they are not
     * @param noisy gives the reference's outputs under this noise, for a seed
     */
    String difference(
            Map<String, Literal> expected, Map<String, Literal> found, Map<String, Literal> exact,
            Map<String, Literal> ordinary, IntFunction<Map<String, Literal>> noisy) {
        Map<String, Scatter> scatter = new HashMap<>();
        exact.forEach((name, literal) ->
                scatter.put(name, new Scatter(literal, expected.get(name), found.get(name))));
        int measured = 0;
        for (String name : expected.keySet()) {
            Literal e = expected.get(name);
            Literal f = found.get(name);
            if (!e.describe().equals(f.describe())) {
                return name + " is " + f.describe() + ", expected " + e.describe();
            }
            double usual = ordinary == null ? 0 : usualError(exact.get(name), ordinary.get(name));
            Scatter around = scatter.get(name);
            int at = firstDifference(e, f, usual, null, 0);
            for (int i = 0; at >= 0 && i < RUNS.length && (i < SCATTERS.length || around.moves(at)); i++) {
                for (; measured < RUNS[i]; measured++) {
                    noisy.apply(measured).forEach((output, off) -> scatter.get(output).add(off));
                }
                at = firstDifference(e, f, usual, around, SCATTERS[Math.min(i, SCATTERS.length - 1)]);
            }
            if (at >= 0) {
                return name + " " + f.describe() + " element " + at + " is " + f.doubleAt(at) + ", expected "
                        + e.doubleAt(at) + " (scatter " + around.largest(at) + ", reference "
                        + exact.get(name).doubleAt(at) + ")";
            }
        }
        return null;
    }

    private static double rootMeanSquare(Literal literal) {
        double squares = 0;
        for (int i = 0; i < literal.size(); i++) {
            squares += Double.isFinite(literal.doubleAt(i)) ? literal.doubleAt(i) * literal.doubleAt(i) : 0;
        }
        return Math.sqrt(squares / Math.max(1, literal.size()));
    }

    private static double usualError(Literal exact, Literal other) {
        if (!exact.type().isFloating() || !exact.describe().equals(other.describe())) {
            return 0;
        }
        double largest = 0;
        for (int i = 0; i < exact.size(); i++) {
            double error = Math.abs(exact.doubleAt(i) - other.doubleAt(i));
            largest = error > largest ? error : largest;
        }
        return largest <= ORDINARY_OF_MEAN * rootMeanSquare(exact) ? ORDINARY * largest : 0;
    }

    private int firstDifference(
            Literal expected, Literal found, double usual, Scatter scatter, double scatters) {
        double mean = ofMean > 0 ? ofMean * rootMeanSquare(expected) : 0;
        boolean inexact = expected.type().isFloating();
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.doubleAt(i);
            double f = found.doubleAt(i);
            boolean same = e == f || Double.isNaN(e) && Double.isNaN(f);
            if (!same && inexact && Double.isFinite(e) && Double.isFinite(f)) {
                double explained = usual + (scatter == null ? 0 : scatters * scatter.largest(i));
                same = Math.abs(e - f) <= relative * Math.max(Math.abs(e), mean) + TINY + explained;
            } else if (!same && scatter != null) {
                same = scatter.explains(i); // no index is nearly another
            }
            if (!same) {
                return i;
            }
        }
        return -1;
    }

    /** The first element whose bits differ, as text; {@code null} where none does. All NaNs are one value. */
    static String differentBits(Map<String, Literal> a, Map<String, Literal> b) {
        for (String name : a.keySet()) {
            Literal x = a.get(name);
            Literal y = b.get(name);
            if (!x.describe().equals(y.describe())) {
                return name + " is " + x.describe() + " and " + y.describe();
            }
            boolean floating = x.type().isFloating();
            for (int i = 0; i < x.size(); i++) {
                boolean same = floating
                        ? Double.compare(x.doubleAt(i), y.doubleAt(i)) == 0
                        : x.longAt(i) == y.longAt(i);
                if (!same) {
                    return name + " " + x.describe() + " element " + i + " is " + x.doubleAt(i) + " and "
                            + y.doubleAt(i);
                }
            }
        }
        return null;
    }
}
