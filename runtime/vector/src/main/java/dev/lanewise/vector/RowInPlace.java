package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Row times a matrix where it lies: {@code c[n] = a[k] · b[k, n]}. Each element of b is used once, so that putting them
 * into panels first would take longer than the product, as it did in attention of a single query.
 */
final class RowInPlace {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    private RowInPlace() {}

    /**
     * Multiplies.
     *
     * @param n {@link Lanes#LANES} or more
     * @param ldb between rows of b
     */
    static void product(int k, int n, float[] a, int ao, float[] b, int bo, int ldb, float[] c, int co) {
        int column = 0;
        for (; column <= n - 4 * L; column += 4 * L) {
            four(k, a, ao, b, bo + column, ldb, c, co + column);
        }
        for (; column <= n - L; column += L) {
            one(k, a, ao, b, bo + column, ldb, c, co + column);
        }
        if (column < n) { // the last ones, some of them again: a mask would be a box on Java 17
            one(k, a, ao, b, bo + n - L, ldb, c, co + n - L);
        }
    }

    private static void four(int k, float[] a, int ao, float[] b, int bo, int ldb, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            int row = bo + p * ldb;
            c0 = x.fma(FloatVector.fromArray(S, b, row), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, row + L), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, row + 2 * L), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, row + 3 * L), c3);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
    }

    private static void one(int k, float[] a, int ao, float[] b, int bo, int ldb, float[] c, int co) {
        FloatVector sum = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            sum = FloatVector.broadcast(S, a[ao + p]).fma(FloatVector.fromArray(S, b, bo + p * ldb), sum);
        }
        sum.intoArray(c, co);
    }
}
