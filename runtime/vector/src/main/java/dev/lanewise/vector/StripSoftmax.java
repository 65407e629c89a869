package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.AttentionStrips.STRIP;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * The online softmax of {@link AttentionStrips}: scores [keys, STRIP], queries in lanes. Nothing is
 * folded across lanes: maxima, sums and decays are vertical, the same few operations for all
 * queries of a vector.
 */
final class StripSoftmax {

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
     * Turns n scores into weights and adds them to the running sum, for one vector of queries: key t
     * to accumulator t % 16, these as the tree of {@link dev.lanewise.runtime.kernel.Kernels}.
     *
     * @param s at {@code scores} [n, STRIP], at {@code shift} what to take off, at {@code decay}
     *     m − m', which becomes e^(m − m'), at {@code sum} the sum; at {@code parts} room for 16 vectors
     */
    static void weigh(int n, float[] s, int scores, int shift, int decay, int sum, int parts) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(WEIGHT_ROUNDER);
        FloatVector one = all(1f);
        FloatVector w1 = all(W1);
        FloatVector w2 = all(W2);
        FloatVector w3 = all(W3);
        FloatVector w4 = all(W4);
        FloatVector w5 = all(W5);
        FloatVector max = FloatVector.fromArray(SPECIES, s, shift);
        FloatVector none = all(0f);
        for (int i = 0; i < 16; i++) {
            none.intoArray(s, parts + i * LANES);
        }
        for (int t = 0; t < n; t++) {
            int at = scores + t * STRIP;
            FloatVector v = FloatVector.fromArray(SPECIES, s, at).sub(max);
            FloatVector u = v.fma(log2e, rounder);
            FloatVector r = v.fma(log2e, rounder.sub(u));
            FloatVector q = r.fma(w5, w4).fma(r, w3).fma(r, w2).fma(r, w1).fma(r, one);
            FloatVector power = u.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector w = q.mul(power).blend(0f, v.compare(LT, WEIGHT_UNDERFLOW));
            w.intoArray(s, at);
            int part = parts + (t & 15) * LANES;
            FloatVector.fromArray(SPECIES, s, part).add(w).intoArray(s, part);
        }
        for (int i = 0; i < 4; i++) {
            int part = parts + i * LANES;
            FloatVector a = FloatVector.fromArray(SPECIES, s, part);
            FloatVector b = FloatVector.fromArray(SPECIES, s, part + 4 * LANES);
            a = a.add(FloatVector.fromArray(SPECIES, s, part + 8 * LANES));
            b = b.add(FloatVector.fromArray(SPECIES, s, part + 12 * LANES));
            a.add(b).intoArray(s, part);
        }
        FloatVector even = FloatVector.fromArray(SPECIES, s, parts);
        FloatVector odd = FloatVector.fromArray(SPECIES, s, parts + LANES);
        even = even.add(FloatVector.fromArray(SPECIES, s, parts + 2 * LANES));
        odd = odd.add(FloatVector.fromArray(SPECIES, s, parts + 3 * LANES));
        FloatVector v = FloatVector.fromArray(SPECIES, s, decay);
        FloatVector u = v.fma(log2e, rounder);
        FloatVector r = v.fma(log2e, rounder.sub(u));
        FloatVector q = r.fma(w5, w4).fma(r, w3).fma(r, w2).fma(r, w1).fma(r, one);
        FloatVector power = u.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
        FloatVector w = q.mul(power).blend(0f, v.compare(LT, WEIGHT_UNDERFLOW));
        w.intoArray(s, decay);
        FloatVector before = FloatVector.fromArray(SPECIES, s, sum);
        before.fma(w, even.add(odd)).intoArray(s, sum);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
