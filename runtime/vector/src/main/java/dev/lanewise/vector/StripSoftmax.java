package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.AttentionStrips.STRIP;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The online softmax of {@link AttentionStrips}: scores [keys, STRIP], queries in lanes. Nothing is
 * folded across lanes: maxima, sums and decays are vertical, the same few operations for all
 * queries of a vector.
 */
final class StripSoftmax {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    private StripSoftmax() {}

    /**
     * Takes the maximum of n keys into the running one, for one vector of queries. A query that has
     * seen none but masked keys gets 0 in place of −∞, so that its weights are e^−∞ = 0.
     *
     * @param s at {@code scores} [n, STRIP]; at {@code max} the running maxima; at {@code decay}
     *     gets m − m', at {@code shift} gets what to take off the scores
     * @param n a multiple of 4
     */
    static void max(int n, float[] s, int scores, int max, int decay, int shift) {
        FloatVector before = FloatVector.fromArray(SPECIES, s, max);
        FloatVector a = before;
        FloatVector b = before;
        FloatVector c = before;
        FloatVector d = before;
        for (int t = 0; t < n; t += 4) {
            int at = scores + t * STRIP;
            FloatVector sa = FloatVector.fromArray(SPECIES, s, at);
            FloatVector sb = FloatVector.fromArray(SPECIES, s, at + STRIP);
            FloatVector sc = FloatVector.fromArray(SPECIES, s, at + 2 * STRIP);
            FloatVector sd = FloatVector.fromArray(SPECIES, s, at + 3 * STRIP);
            a = a.blend(sa, sa.compare(GT, a));
            b = b.blend(sb, sb.compare(GT, b));
            c = c.blend(sc, sc.compare(GT, c));
            d = d.blend(sd, sd.compare(GT, d));
        }
        a = a.blend(b, b.compare(GT, a));
        c = c.blend(d, d.compare(GT, c));
        a = a.blend(c, c.compare(GT, a));
        a.intoArray(s, max);
        FloatVector finite = a.blend(0f, a.compare(EQ, Float.NEGATIVE_INFINITY));
        finite.intoArray(s, shift);
        before.sub(finite).intoArray(s, decay);
    }

    /**
     * Turns n scores into weights, for one vector of queries.
     *
     * @param s at {@code scores} [n, STRIP], at {@code shift} what to take off
     */
    static void exp(int n, float[] s, int scores, int shift) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector max = FloatVector.fromArray(SPECIES, s, shift);
        for (int t = 0; t < n; t++) {
            int at = scores + t * STRIP;
            FloatVector v = FloatVector.fromArray(SPECIES, s, at).sub(max);
            FloatVector u = v.fma(log2e, rounder);
            FloatVector kf = u.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, v));
            FloatVector q = r.fma(e4, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = u.reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(0f, v.compare(LT, EXP_UNDERFLOW));
            e.intoArray(s, at);
        }
    }

    /**
     * Adds n weights to the running sum, for one vector of queries: key t to accumulator t % 16,
     * these as the tree of {@link dev.lanewise.runtime.kernel.Kernels}.
     *
     * @param n a multiple of 16
     * @param s at {@code weights} [n, STRIP], at {@code decay} e^(m − m'), at {@code sum} the sum; at
     *     {@code quarters} room for 4 vectors
     */
    static void sum(int n, float[] s, int weights, int decay, int sum, int quarters) {
        for (int j = 0; j < 4; j++) {
            int first = weights + j * STRIP;
            FloatVector a = FloatVector.fromArray(SPECIES, s, first);
            FloatVector b = FloatVector.fromArray(SPECIES, s, first + 4 * STRIP);
            FloatVector c = FloatVector.fromArray(SPECIES, s, first + 8 * STRIP);
            FloatVector d = FloatVector.fromArray(SPECIES, s, first + 12 * STRIP);
            for (int t = 16; t < n; t += 16) {
                int at = first + t * STRIP;
                a = FloatVector.fromArray(SPECIES, s, at).add(a);
                b = FloatVector.fromArray(SPECIES, s, at + 4 * STRIP).add(b);
                c = FloatVector.fromArray(SPECIES, s, at + 8 * STRIP).add(c);
                d = FloatVector.fromArray(SPECIES, s, at + 12 * STRIP).add(d);
            }
            a.add(c).add(b.add(d)).intoArray(s, quarters + j * LANES);
        }
        FloatVector a = FloatVector.fromArray(SPECIES, s, quarters);
        FloatVector b = FloatVector.fromArray(SPECIES, s, quarters + LANES);
        FloatVector c = FloatVector.fromArray(SPECIES, s, quarters + 2 * LANES);
        FloatVector d = FloatVector.fromArray(SPECIES, s, quarters + 3 * LANES);
        FloatVector block = a.add(c).add(b.add(d));
        FloatVector before = FloatVector.fromArray(SPECIES, s, sum);
        before.fma(FloatVector.fromArray(SPECIES, s, decay), block).intoArray(s, sum);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
