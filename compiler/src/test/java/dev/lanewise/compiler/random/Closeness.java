package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
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
 * 2⁻¹⁷ and 2·10⁻⁷. Integers and truth values are equal, or scatter. The scatter is only measured where the bound fails.
 *
 * @param relative to the larger of the element and {@code ofMean} times its tensor's root mean square
 * @param noise errors of each operation of the reference, for the scatter
 */
record Closeness(double relative, double ofMean, Reference.Noise noise) {

    static final Closeness TO_REFERENCE = new Closeness(0x1p-20, 0, new Reference.Noise(0x1p-21, 0x1p-22));
    static final Closeness TO_ONNX_RUNTIME = new Closeness(1e-4, 1, new Reference.Noise(0x1p-17, 2e-7));

    private static final double SCATTERS = 5;
    private static final double ORDINARY = 3;
    /** Where floats have few bits left, these say nothing. */
    private static final double TINY = 0x1p-146;

    /** Runs under noise, ten times as many where fewer explain nothing: two thresholds are seldom crossed together. */
    private static final int[] RUNS = {6, 60, 600};

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
        Map<String, double[]> scatter = null;
        int measured = 0;
        for (String name : expected.keySet()) {
            Literal e = expected.get(name);
            Literal f = found.get(name);
            if (!e.describe().equals(f.describe())) {
                return name + " is " + f.describe() + ", expected " + e.describe();
            }
            double usual = ordinary == null ? 0 : usualError(exact.get(name), ordinary.get(name));
            int at = firstDifference(e, f, usual, null, exact.get(name));
            for (int i = 0; at >= 0 && i < RUNS.length; i++) {
                if (RUNS[i] > measured) {
                    measured = RUNS[i];
                    scatter = scatter(exact, noisy, measured);
                }
                at = firstDifference(e, f, usual, scatter.get(name), exact.get(name));
            }
            if (at >= 0) {
                return name + " " + f.describe() + " element " + at + " is " + f.doubleAt(at) + ", expected "
                        + e.doubleAt(at) + " (scatter " + scatter.get(name)[at] + ", reference "
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
        return largest <= 3e-5 * rootMeanSquare(exact) ? ORDINARY * largest : 0;
    }

    private int firstDifference(Literal expected, Literal found, double usual, double[] scatter, Literal exact) {
        double mean = ofMean > 0 ? ofMean * rootMeanSquare(expected) : 0;
        boolean inexact = expected.type().isFloating();
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.doubleAt(i);
            double f = found.doubleAt(i);
            double allowed = inexact ? relative * Math.max(Math.abs(e), mean) + TINY + usual : 0;
            if (scatter != null && exact.size() == expected.size() && scatter[i] > 0) {
                allowed += inexact ? SCATTERS * scatter[i] : Double.POSITIVE_INFINITY; // no index is nearly another
            }
            boolean same = e == f || Double.isNaN(e) && Double.isNaN(f) || Math.abs(e - f) <= allowed
                    || scatter != null && Double.isInfinite(allowed);
            if (!same) {
                return i;
            }
        }
        return -1;
    }

    private static Map<String, double[]> scatter(
            Map<String, Literal> exact, IntFunction<Map<String, Literal>> noisy, int runs) {
        Map<String, double[]> scatter = new java.util.HashMap<>();
        exact.forEach((name, literal) -> scatter.put(name, new double[literal.size()]));
        for (int seed = 0; seed < runs; seed++) {
            Map<String, Literal> off = noisy.apply(seed);
            exact.forEach((name, literal) -> {
                double[] largest = scatter.get(name);
                Literal other = off.get(name);
                for (int i = 0; i < largest.length; i++) {
                    if (i < other.size()) {
                        double apart = Math.abs(other.doubleAt(i) - literal.doubleAt(i));
                        largest[i] = Math.max(largest[i], Double.isNaN(apart) ? 0 : apart);
                    }
                }
            });
        }
        return scatter;
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
