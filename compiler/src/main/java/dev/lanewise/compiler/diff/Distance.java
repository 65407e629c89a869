package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.graph.Literal;

/**
 * How far a tensor is from the double-precision reference.
 *
 * @param absolute the largest difference; 0 for no elements
 * @param relative the largest difference relative to the larger of the element and its tensor's root mean square
 * @param ulps the largest difference in units in the last place of the reference's element, as f32
 */
public record Distance(double absolute, double relative, double ulps) {

    /** That of tensors whose types or shapes differ. */
    static final Distance INFINITE =
            new Distance(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    /** Compares element by element; what is not a number on one side alone is infinitely far. */
    static Distance of(Literal exact, Literal found) {
        if (!exact.describe().equals(found.describe())) {
            return INFINITE;
        }
        double squares = 0;
        for (int i = 0; i < exact.size(); i++) {
            double value = exact.doubleAt(i);
            squares += Double.isFinite(value) ? value * value : 0;
        }
        double mean = Math.sqrt(squares / Math.max(1, exact.size()));
        double absolute = 0;
        double relative = 0;
        double ulps = 0;
        for (int i = 0; i < exact.size(); i++) {
            double difference = difference(exact.doubleAt(i), found.doubleAt(i));
            if (difference > 0) {
                absolute = Math.max(absolute, difference);
                relative = Math.max(relative, difference / Math.max(mean, Math.abs(exact.doubleAt(i))));
                ulps = Math.max(ulps, difference / Math.ulp((float) exact.doubleAt(i)));
            }
        }
        return new Distance(absolute, relative, ulps);
    }

    private static double difference(double exact, double found) {
        if (exact == found || Double.isNaN(exact) && Double.isNaN(found)) {
            return 0;
        }
        double difference = Math.abs(exact - found);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    /** Whether they part: the relative difference is above the tolerance. */
    public boolean parts(double tolerance) {
        return relative > tolerance;
    }
}
