package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.SplittableRandom;
import java.util.function.DoublePredicate;

/**
 * Sizes of random errors.
 *
 * @param relative to the element
 * @param absolute whatever the element is
 * @param share of the elements that are off: most of one operation's can be exact, as means of equal numbers are
 */
record Noise(double relative, double absolute, double share) {

    static final DoublePredicate EVERYWHERE = element -> true;
    static final DoublePredicate WHOLE = element -> element == Math.rint(element);

    /** Of how few elements noise is, where it is of few: of rows that tie, one alone may be off. */
    private static final double SMALLEST_SHARE = 0x1p-10;
    /** Runs before the first in which noise is of few elements. */
    private static final int FULL_RUNS = 6;

    /** Of all elements. */
    Noise(double relative, double absolute) {
        this(relative, absolute, 1);
    }

    /**
     * The noise of one run of many. It is relative alone in odd runs: what is absolute moves a small divisor so far
     * that all its quotients are off to the same side. After the first runs, it is of few elements in every other two.
     */
    Noise inRun(int run) {
        boolean sparse = run >= FULL_RUNS && run % 4 >= 2;
        double some = sparse ? Math.pow(SMALLEST_SHARE, new SplittableRandom(run).nextDouble()) : 1;
        return new Noise(relative, run % 2 == 0 ? absolute : 0, some);
    }

    /**
     * @param where which elements are off
     * @param mayVanish whether what is smaller than its error may be 0
     */
    Literal on(Literal exact, SplittableRandom random, DoublePredicate where, boolean mayVanish) {
        if (exact.type() != DType.F32 && exact.type() != DType.F64) {
            return exact;
        }
        double unit = exact.type() == DType.F64 ? 0x1p-29 : 1; // doubles' own errors are far smaller
        double[] values = exact.toDoubles();
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i]) && values[i] != 0 && where.test(values[i])) {
                double error = unit * error(values[i], random);
                boolean nothing = mayVanish && Math.abs(values[i]) <= unit * size(values[i])
                        && error != 0 && random.nextInt(4) == 0;
                values[i] = nothing ? 0 : values[i] + error;
            }
        }
        return Literal.of(exact.type(), values, exact.shape());
    }

    /** This without what is absolute. */
    Noise relativeAlone() {
        return new Noise(relative, 0, share);
    }

    /** The error of an element. */
    double error(double element, SplittableRandom random) {
        return share < 1 && random.nextDouble() >= share ? 0 : (random.nextDouble() * 2 - 1) * size(element);
    }

    /** The largest error of an element. */
    double size(double element) {
        return Math.abs(element) * relative + absolute;
    }
}
